/** What a check costs at one size of the store, in microseconds. */
export type Point = { readonly tuples: number; readonly us: number };

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [640, 300, 60, 250];

/** The growth of a check's cost as a drawing: sizes on a logarithmic scale, the bar (twice the smallest) as a line. */
export function growthPlot(points: readonly Point[]): string {
  const sizes = points.map(({ tuples }) => Math.log10(tuples));
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const highest = Math.max(...points.map(({ us }) => us)) * 1.15;
  const x = (tuples: number): number => LEFT + ((Math.log10(tuples) - least) / Math.max(1, most - least)) * (WIDTH - LEFT - 40);
  const y = (us: number): number => BOTTOM - (us / highest) * (BOTTOM - 20);
  const line = points.map(({ tuples, us }) => `${x(tuples).toFixed(0)},${y(us).toFixed(0)}`).join(' ');
  const bar = y((points[0]?.us ?? 0) * 2).toFixed(0);
  const marks = points.map(
    ({ tuples, us }) =>
      `<circle cx="${x(tuples).toFixed(0)}" cy="${y(us).toFixed(0)}" r="4" fill="#0b6e69"/>` +
      `<text x="${x(tuples).toFixed(0)}" y="${(y(us) - 10).toFixed(0)}" text-anchor="middle">${us.toFixed(1)}</text>` +
      `<text x="${x(tuples).toFixed(0)}" y="${BOTTOM + 20}" text-anchor="middle">${tuples.toLocaleString('en')}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
<text x="${LEFT}" y="16">microseconds a check in process (quietest thousand), by tuples in the store</text>
<line x1="${LEFT}" y1="${bar}" x2="${WIDTH - 20}" y2="${bar}" stroke="#b3261e" stroke-dasharray="5 4"/>
<text x="${WIDTH - 20}" y="${Number(bar) - 5}" text-anchor="end" fill="#b3261e">bar: twice the smallest</text>
<line x1="${LEFT}" y1="${BOTTOM}" x2="${WIDTH - 20}" y2="${BOTTOM}" stroke="#4d5b5e"/>
<polyline points="${line}" fill="none" stroke="#0b6e69" stroke-width="2"/>
${marks.join('\n')}
</svg>
`;
}
