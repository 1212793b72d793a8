import { Type, type Static } from '../kernel/index.ts';
import { FLOW_MODES, type FlowMode } from './mode.ts';
import type { Manifest } from './tool.ts';

const EFFECTS = ['read', 'write', 'egress', 'destructive', 'unknown'] as const;
const OUTPUTS = ['trusted', 'structured', 'opaque'] as const;
const SECRECIES = ['public', 'internal', 'secret'] as const;

const TOOL = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200, description: 'Name of a tool, or a pattern with *.' }),
    effect: Type.Optional(Type.Enum(EFFECTS, { description: 'What it does, when its name does not say.' })),
    output: Type.Optional(
      Type.Enum(OUTPUTS, {
        description: 'How far its results are believed: as your own words, as data in their fields, or as text that anybody wrote.',
      }),
    ),
    sinks: Type.Optional(
      Type.Array(Type.String({ maxLength: 128 }), { maxItems: 50, description: 'Its arguments that say where something goes to.' }),
    ),
    outside: Type.Optional(Type.Boolean({ description: 'Whether it reaches people or systems outside of the organisation.' })),
    secrecy: Type.Optional(Type.Enum(SECRECIES, { description: 'How secret its results are.' })),
  },
  { additionalProperties: false, description: 'What an operator says about a tool.' },
);

/** The keys `tools` and `flow` of `sallyport.yaml`. */
export const CONFIG = Type.Object({
  tools: Type.Optional(Type.Array(TOOL, { maxItems: 1_000, description: 'What tools do; what is not listed is judged by its name.' })),
  flow: Type.Optional(
    Type.Object(
      {
        mode: Type.Optional(
          Type.Enum(FLOW_MODES, {
            default: 'balanced',
            description:
              'How much tool calls may do unasked with values from content; the rule information-flow says whether it is enforced.',
          }),
        ),
        providerTools: Type.Optional(
          Type.Array(Type.String({ maxLength: 200 }), {
            maxItems: 200,
            description:
              'Tools that model providers run themselves and that requests may offer, by name or type, remote MCP servers by address, connector or type; * as wildcard. All when absent.',
          }),
        ),
      },
      { additionalProperties: false, description: 'Information flow of agents.' },
    ),
  ),
});

type Given = Static<typeof CONFIG>;

export type FlowConfig = { readonly mode: FlowMode; readonly manifest: Manifest; readonly providerTools: readonly string[] | undefined };

/** Fills in the defaults. Of two entries of one name the later one counts. */
export function flowConfig(given: Given): FlowConfig {
  return {
    mode: given.flow?.mode ?? 'balanced',
    manifest: Object.fromEntries((given.tools ?? []).map(({ name, ...entry }) => [name, entry])),
    providerTools: given.flow?.providerTools,
  };
}
