import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  NET_URL_REFUSED: {
    status: 400,
    message: 'This address may not be used.',
    fix: 'Give an absolute https address without user name and password.',
  },
  NET_ADDRESS_REFUSED: {
    status: 403,
    message: 'The address leads to a network that may not be reached.',
    fix: 'Use a public address, or write a private one down in sallyport.yaml. Cloud metadata addresses are never reached.',
  },
  NET_PLAINTEXT_REFUSED: {
    status: 403,
    message: 'The connection would cross a public network without encryption.',
    fix: 'Use https.',
  },
  NET_UNREACHABLE: {
    status: 502,
    message: 'The server could not be reached.',
    fix: 'Check the address, the name service, the certificate and the firewall.',
  },
  NET_TIMEOUT: { status: 504, message: 'The server did not answer in time.', fix: 'Try again later.' },
  NET_TOO_LARGE: { status: 502, message: 'The reply is larger than allowed.', fix: 'Ask for less.' },
  NET_TOO_MANY_REDIRECTS: { status: 502, message: 'The server redirects too often.', fix: 'Give the final address.' },
  NET_PORT_FORBIDDEN: {
    status: 403,
    message: 'This user may not listen on that port.',
    fix: 'Choose a port from 1024 on, or let the system forward the lower one.',
  },
  NET_PORT_TAKEN: {
    status: 409,
    message: 'The port is in use.',
    fix: 'Stop what uses it, or choose another port: --gateway-port, --console-port, or `listen` in sallyport.yaml.',
  },
  NET_NO_ADDRESS: {
    status: 500,
    message: 'This machine has none of the addresses to listen on.',
    fix: 'Correct `listen` in the configuration.',
  },
  NET_ENCODING: {
    status: 502,
    message: 'The reply is compressed although that was not asked for.',
    fix: 'Switch compression off on the server for requests with "accept-encoding: identity".',
  },
} satisfies ErrorCatalogue;

export const fail = errors(ERRORS);
