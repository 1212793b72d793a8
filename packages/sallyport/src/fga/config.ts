import { Type } from '../kernel/index.ts';

/** `fga:` of sallyport.yaml. */
export const CONFIG = Type.Object(
  {
    remote: Type.Optional(
      Type.Object(
        {
          url: Type.String({
            pattern: '^https?://[^\\s]+$',
            description: 'Address of an OpenFGA server that keeps the permissions instead of this database.',
          }),
          token: Type.Optional(
            Type.String({
              pattern: '^\\$\\{(env|file):[^{}\\s]+\\}$',
              description: 'Its preshared key, as a reference ${env:NAME} or ${file:PATH}.',
            }),
          ),
          stores: Type.Optional(
            Type.Array(Type.String({ pattern: '^[0-9A-HJKMNP-TV-Z]{26}$' }), {
              maxItems: 1_000,
              description: 'The only stores of it that may be used; all when absent. They belong to the tenant of the installation.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, description: 'Where permissions are kept.' },
);
