const LEVELS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** Squeezes a series into so many columns, each the largest value of its part. */
export const squeeze = (values: readonly number[], columns: number): readonly number[] => {
  const width = Math.max(1, values.length / columns);
  const count = Math.min(columns, values.length);
  return Array.from({ length: count }, (_, column) =>
    Math.max(
      0,
      ...values.slice(
        Math.floor(column * width),
        Math.max(Math.floor(column * width) + 1, Math.floor((column + 1) * width)),
      ),
    ),
  );
};

/** Draws a series as a block chart of so many rows, the largest value at its left; a row has eight steps. */
export const chart = (label: string, values: readonly number[], { columns = 72, rows = 4 } = {}): string => {
  const points = squeeze(values, columns);
  const largest = Math.max(1, ...points);
  const margin = 8;
  const lines = Array.from({ length: rows }, (_, index) => {
    const below = rows - 1 - index;
    const cells = points.map((point) => {
      const steps = Math.ceil((point / largest) * rows * 8) - below * 8;
      return LEVELS[Math.min(8, Math.max(0, steps))];
    });
    const mark = index === 0 ? String(largest) : "";
    return `${mark.padStart(margin)} │${cells.join("")}`;
  });
  return [`  ${label}`, ...lines, `${"0".padStart(margin)} └${"─".repeat(points.length)}`].join("\n");
};

/** Draws the latest values of a series in one line. */
export const sparkline = (values: readonly number[], columns: number): string => {
  const latest = values.slice(-columns);
  const largest = Math.max(1, ...latest);
  return latest.map((value) => LEVELS[Math.ceil((value / largest) * 8)]).join("");
};
