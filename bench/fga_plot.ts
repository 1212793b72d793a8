/** What a check costs at one size of the store, in microseconds. */
export type Point = { readonly tuples: number; readonly us: number };
export type Line = { readonly name: string; readonly points: readonly Point[] };

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 380, 60, 200, 40, 330];
const COLOURS = ['#0b6e69', '#7a4fb5', '#b06000', '#2a5db0'];

/** The growth of a check's cost as a drawing: sizes on a logarithmic scale; for each line its bar, twice its smallest size. */
export function growthPlot(lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const sizes = [...new Set(all.map(({ tuples }) => tuples))].sort((a, b) => a - b);
  const [least, most] = [Math.log10(sizes[0] ?? 1), Math.log10(sizes.at(-1) ?? 1)];
  const highest = Math.max(...all.map(({ us }) => us), ...lines.map(({ points }) => (points[0]?.us ?? 0) * 2)) * 1.1;
  const x = (tuples: number): number =>
    LEFT + 20 + ((Math.log10(tuples) - least) / Math.max(1, most - least)) * (WIDTH - LEFT - RIGHT - 40);
  const y = (us: number): number => BOTTOM - (us / highest) * (BOTTOM - TOP);
  // Names beside the last points, moved down where two would stand in one place.
  const places = new Map<Line, number>();
  let free = 0;
  for (const line of [...lines].sort((a, b) => (b.points.at(-1)?.us ?? 0) - (a.points.at(-1)?.us ?? 0))) {
    free = Math.max(free, y(line.points.at(-1)?.us ?? 0));
    places.set(line, free);
    free += 15;
  }
  const drawn = lines.map((own, i) => {
    const { name, points } = own;
    const colour = COLOURS[i % COLOURS.length] as string;
    const line = points.map(({ tuples, us }) => `${x(tuples).toFixed(0)},${y(us).toFixed(0)}`).join(' ');
    const bar = y((points[0]?.us ?? 0) * 2).toFixed(0);
    const marks = points.map(
      ({ tuples, us }) =>
        `<circle cx="${x(tuples).toFixed(0)}" cy="${y(us).toFixed(0)}" r="3.5" fill="${colour}"/>` +
        `<text x="${x(tuples).toFixed(0)}" y="${(y(us) - 8).toFixed(0)}" text-anchor="middle" fill="${colour}">${us.toFixed(1)}</text>`,
    );
    const last = (places.get(own) ?? 0).toFixed(0);
    return `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>
<line x1="${LEFT}" y1="${bar}" x2="${WIDTH - RIGHT}" y2="${bar}" stroke="${colour}" stroke-dasharray="3 5" opacity="0.7"/>
${marks.join('\n')}
<text x="${WIDTH - RIGHT + 8}" y="${last}" fill="${colour}">${name}</text>`;
  });
  const ticks = sizes.map(
    (tuples) => `<text x="${x(tuples).toFixed(0)}" y="${BOTTOM + 20}" text-anchor="middle">${tuples.toLocaleString('en')}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<title>Cost of a check by the number of tuples in the store</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
<text x="${LEFT}" y="20">microseconds a check in process (quietest thousand), by tuples in the store; dashed: twice the smallest</text>
<line x1="${LEFT}" y1="${BOTTOM}" x2="${WIDTH - RIGHT}" y2="${BOTTOM}" stroke="#4d5b5e"/>
<line x1="${LEFT}" y1="${TOP}" x2="${LEFT}" y2="${BOTTOM}" stroke="#4d5b5e"/>
${ticks.join('\n')}
${drawn.join('\n')}
</svg>
`;
}
