import ipaddr from "ipaddr.js";

/**
 * Tells whether an IP address is reachable by everyone on the internet.
 *
 * An IPv6 address that only carries an IPv4 one (IPv4-mapped, NAT64's `64:ff9b::/96`, which a subnet with DNS64 hands
 * out for every IPv4 host) is judged by what it carries. Tunnels (6to4, Teredo) and what no registry has allotted
 * (outside `2000::/3`) are not public.
 *
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (!("parts" in parsed)) return parsed.range() === "unicast";
  if (parsed.match(ipaddr.IPv6.parseCIDR("64:ff9b::/96"))) return isPublicAddress(lastFourBytes(parsed.toByteArray()));
  return parsed.range() === "unicast" && parsed.match(ipaddr.IPv6.parseCIDR("2000::/3"));
};

const lastFourBytes = (bytes: readonly number[]): string => bytes.slice(-4).join(".");
