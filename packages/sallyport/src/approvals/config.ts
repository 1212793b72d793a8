import { Type, type Static } from '../kernel/index.ts';

const APPROVERS = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
  minItems: 1,
  maxItems: 50,
  description: 'Names of people, `role:ROLE`, `operator` (whoever may open the socket of this machine) or ids of principals.',
});
const RULE = Type.Object(
  {
    tools: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: 200,
      description: 'Names of tools; `*` stands for any run of characters.',
    }),
    approvers: Type.Optional(APPROVERS),
    people: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 5, default: 1, description: 'How many different people must approve; each may reject alone.' }),
    ),
    fresh: Type.Optional(
      Type.Boolean({ description: 'Approving needs the password proved in the last ten minutes. Always so for high risk.' }),
    ),
    waitMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 20_160 })),
  },
  { additionalProperties: false, description: 'Who answers for these tools. The first line that names a tool counts.' },
);
const SECRET_URL = Type.String({
  pattern: '^(https?://|\\$\\{(env|file):[^{}\\s]+\\}$)',
  description: 'The address, or a reference ${env:NAME} or ${file:PATH} to it: it is a secret.',
});
const WEBHOOK = Type.Object(
  {
    kind: Type.Enum(['slack', 'teams', 'json']),
    url: SECRET_URL,
    arguments: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Whether the arguments and the words of the agent are sent along. They are on the page in any case.',
      }),
    ),
  },
  { additionalProperties: false },
);
const MAIL = Type.Object(
  {
    server: Type.String({
      pattern: '^(smtps?://|\\$\\{(env|file):[^{}\\s]+\\}$)',
      description: 'smtps://USER:PASSWORD@HOST:PORT (TLS) or smtp://... (STARTTLS, which is required beyond this machine), or a reference.',
    }),
    from: Type.String({ pattern: '^[^@\\s<>"]+@[^@\\s<>"]+$', maxLength: 254 }),
    to: Type.Array(Type.String({ pattern: '^[^@\\s<>"]+@[^@\\s<>"]+$', maxLength: 254 }), { minItems: 1, maxItems: 50 }),
    arguments: Type.Optional(Type.Boolean({ default: false, description: 'As for webhooks.' })),
  },
  { additionalProperties: false },
);

/** The part of `sallyport.yaml` under `approvals:`. */
export const CONFIG: ReturnType<typeof schema> = schema();

function schema() {
  return Type.Object(
    {
      waitMinutes: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 20_160, default: 60, description: 'How long a held action waits for an answer.' }),
      ),
      useMinutes: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 1_440, default: 60, description: 'How long an approved action may then be started, once.' }),
      ),
      perHour: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 100_000,
          default: 30,
          description: 'Questions of one requester an hour. More are denied without asking: who is asked all the time stops reading.',
        }),
      ),
      rules: Type.Optional(Type.Array(RULE, { maxItems: 200 })),
      webhooks: Type.Optional(Type.Array(WEBHOOK, { maxItems: 20 })),
      mail: Type.Optional(MAIL),
    },
    { additionalProperties: false, description: 'Held actions: who answers, how long they wait, how people hear of them.' },
  );
}

export type ApprovalsConfig = Static<typeof CONFIG>;
