import { describe, expect, it } from "vitest";
import { isPublicAddress } from "../../../lambdas/shared/public-address.ts";

describe("isPublicAddress", () => {
  it.each([
    "1.1.1.1",
    "93.184.215.14",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
  ])("takes %s as public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ["this network", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["private", "10.0.0.1"],
    ["private", "172.16.0.1"],
    ["private", "172.31.255.255"],
    ["private", "192.168.1.1"],
    ["carrier's own", "100.64.0.1"],
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["link-local: the metadata service", "169.254.169.254"],
    ["link-local: the credentials of a container", "169.254.170.2"],
    ["protocol assignments", "192.0.0.1"],
    ["documentation", "192.0.2.1"],
    ["6to4 relay", "192.88.99.1"],
    ["benchmarking", "198.18.0.1"],
    ["documentation", "203.0.113.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified", "::"],
    ["loopback", "::1"],
    ["IPv4-compatible loopback", "::127.0.0.1"],
    ["IPv4-mapped loopback", "::ffff:127.0.0.1"],
    ["IPv4-mapped private", "::ffff:a00:1"],
    ["IPv4-translated", "::ffff:0:a00:1"],
    ["NAT64 of private", "64:ff9b::a00:1"],
    ["NAT64 of the metadata service", "64:ff9b::a9fe:a9fe"],
    ["NAT64 within a network", "64:ff9b:1::808:808"],
    ["6to4 of private", "2002:a00:1::1"],
    ["6to4 of public", "2002:808:808::1"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["documentation", "2001:db8::1"],
    ["unique local", "fc00::1"],
    ["unique local: the metadata service", "fd00:ec2::254"],
    ["link-local", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["allotted to nobody", "4000::1"],
    ["no address", "example.com"],
    ["no address", ""],
  ])("takes %s (%s) as not public", (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
