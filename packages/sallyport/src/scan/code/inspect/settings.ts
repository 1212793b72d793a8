import type { Inspection } from './inspection.ts';

/** Settings that are dangerous wherever the object that has them goes: by check, the property and the value. */
const SETTINGS: Readonly<Record<string, { readonly key: RegExp; readonly value: RegExp; readonly words: readonly string[] }>> = {
  'verification-off-in-settings': {
    key: /^(?:rejectUnauthorized|strictSSL|sslValidate)$/,
    value: /^false$/,
    words: ['rejectUnauthorized', 'strictSSL', 'sslValidate'],
  },
  'old-tls-in-settings': {
    key: /^(?:minVersion|secureProtocol|minTLSVersion)$/,
    value: /^["'`](?:SSLv[23]|TLSv1(?:\.1)?|SSLv[23]_method|TLSv1(?:_1)?_method)["'`]$/,
    words: ['minVersion', 'secureProtocol', 'minTLSVersion'],
  },
  'window-without-web-security': { key: /^webSecurity$/, value: /^false$/, words: ['webSecurity'] },
  'window-with-insecure-content': { key: /^allowRunningInsecureContent$/, value: /^true$/, words: ['allowRunningInsecureContent'] },
  'window-with-node': {
    key: /^(?:nodeIntegration|nodeIntegrationInWorker|nodeIntegrationInSubFrames|experimentalFeatures|enableBlinkFeatures)$/,
    value: /^true$|^["'`]\w/,
    words: ['nodeIntegration', 'experimentalFeatures', 'enableBlinkFeatures'],
  },
};

/** Programs that find a property of an object literal, whatever is done with the object. */
export const settingInspections: Readonly<Record<string, Inspection>> = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { key, value, words }]) => [
    name,
    {
      languages: ['javascript', 'typescript'],
      words,
      run(code, found) {
        for (const pair of code.of('pair')) {
          const property = code.text(code.child(pair, 'key')).replace(/^["']|["']$/g, '');
          if (key.test(property) && value.test(code.text(code.child(pair, 'value')))) found(pair);
        }
      },
    } satisfies Inspection,
  ]),
);
