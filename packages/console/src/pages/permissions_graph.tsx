import type { ReactNode } from 'react';
import type { Model } from '../api/permissions.ts';
import { drawable } from '../ui/text.ts';

const WIDTH = 160;
const ROW = 20;
const GAP_X = 64;
const GAP_Y = 26;
const HEAD = 30;
/** Room above the boxes, for arrows that pass over columns. */
const TOP = 34;
/** A wider graph would be too small to read in the width of the page, and is scrolled instead. */
const FITS = 1_300;
/** Types that are drawn; a larger model is read as text. */
const MOST = 60;

type Box = {
  readonly type: string;
  readonly relations: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly height: number;
};
type Edge = { readonly from: string; readonly to: string; readonly relations: readonly string[] };

/** The types of the model with their relations, and which types they take their users from. */
export function ModelGraph({ model }: { readonly model: Model }): ReactNode {
  if (model.type_definitions.length > MOST) return <p className="soft">The model has more than {MOST} types: too many to draw.</p>;
  const edges = edgesOf(model);
  const boxes = layout(model, edges);
  const width = Math.max(...boxes.map(({ x }) => x + WIDTH)) + 10;
  const height = Math.max(...boxes.map(({ y, height: own }) => y + own)) + 10;
  const at = new Map(boxes.map((box) => [box.type, box]));
  const said = edges.map(({ from, to, relations }) => `${to} ${relations.join(', ')} from ${from}`).join('; ');
  return (
    <figure className="graph">
      <div className="table" tabIndex={0} role="region" aria-label="Graph of the model">
        <svg
          className={width <= FITS ? 'fits' : undefined}
          viewBox={`0 0 ${width} ${height}`}
          width={width}
          height={height}
          role="img"
          aria-label={drawable(`Types of the model: ${said}`, 4_000)}
        >
          {edges.map((edge) => (
            <Line key={`${edge.from} ${edge.to}`} edge={edge} at={at} />
          ))}
          {boxes.map((box) => (
            <g key={box.type} transform={`translate(${box.x} ${box.y})`}>
              <rect width={WIDTH} height={box.height} rx="8" className="box" />
              <text x="12" y="20" className="head">
                {drawable(box.type, 20)}
              </text>
              {box.relations.map((name, i) => (
                <text key={name} x="12" y={HEAD + 14 + i * ROW}>
                  {drawable(name, 21)}
                </text>
              ))}
            </g>
          ))}
        </svg>
      </div>
      <figcaption className="soft small">An arrow leads from the type of the users to the type that they have relations to.</figcaption>
    </figure>
  );
}

function Line({ edge, at }: { readonly edge: Edge; readonly at: ReadonlyMap<string, Box> }): ReactNode {
  const [from, to] = [at.get(edge.from), at.get(edge.to)];
  if (from === undefined || to === undefined) return null;
  const title = <title>{drawable(edge.relations.join(', '), 400)}</title>;
  if (from === to) {
    const [x, y] = [from.x + WIDTH, from.y + 14];
    return (
      <path className="line" d={`M ${x} ${y} c 26 -12 26 26 0 14`}>
        {title}
      </path>
    );
  }
  // Over columns in between the arrow passes above their boxes, and comes in from above.
  if (Math.abs(to.x - from.x) > WIDTH + GAP_X) {
    const [x1, x2] = [from.x + WIDTH / 2, to.x + WIDTH / 2];
    return (
      <g className="line">
        {title}
        <path d={`M ${x1} ${from.y} C ${x1} 4 ${x1 + 30} 4 ${x1 + 60} 8 L ${x2 - 60} 8 C ${x2 - 30} 4 ${x2} 4 ${x2} ${to.y - 6}`} />
        <path className="tip" d={`M ${x2} ${to.y} l -4 -8 h 8 z`} />
      </g>
    );
  }
  const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + 16, to.x, to.y + 16];
  const bend = x2 > x1 ? (x2 - x1) / 2 : 60;
  return (
    <g className="line">
      {title}
      <path d={`M ${x1} ${y1} C ${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 6} ${y2}`} />
      <path className="tip" d={`M ${x2} ${y2} l -8 -4 v 8 z`} />
    </g>
  );
}

/** Which types' objects or usersets may stand in relations of which type. */
function edgesOf(model: Model): Edge[] {
  const found = new Map<string, { from: string; to: string; relations: string[] }>();
  for (const { type, metadata } of model.type_definitions)
    for (const [relation, { directly_related_user_types: related = [] }] of Object.entries(metadata?.relations ?? {}))
      for (const { type: from, relation: userset, wildcard } of related) {
        const key = `${from} ${type}`;
        const edge = found.get(key) ?? { from, to: type, relations: [] };
        found.set(key, edge);
        edge.relations.push(
          `${relation} (${from}${userset === undefined || userset === '' ? '' : `#${userset}`}${wildcard === undefined || wildcard === null ? '' : ':*'})`,
        );
      }
  return [...found.values()];
}

/** Columns by the longest way from a type without relations; a circle does not count twice. */
function layout(model: Model, edges: readonly Edge[]): Box[] {
  const column = new Map(model.type_definitions.map(({ type }) => [type, 0]));
  for (let round = 0; round < column.size; round++)
    for (const { from, to } of edges) {
      const next = (column.get(from) ?? 0) + 1;
      if (from !== to && next > (column.get(to) ?? 0) && next < column.size) column.set(to, next);
    }
  const levels = [...new Set(column.values())].sort((a, b) => a - b);
  const used = new Map<number, number>();
  return model.type_definitions.map(({ type, relations }) => {
    const level = levels.indexOf(column.get(type) ?? 0);
    const names = Object.keys(relations ?? {});
    const y = used.get(level) ?? TOP;
    const height = HEAD + names.length * ROW + (names.length === 0 ? 2 : 8);
    used.set(level, y + height + GAP_Y);
    return { type, relations: names, x: 10 + level * (WIDTH + GAP_X), y, height };
  });
}
