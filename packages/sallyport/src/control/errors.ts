import { errors, type AppError, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  CONTROL_UNAUTHENTICATED: {
    status: 401,
    message: 'This route needs a valid key or a session.',
    fix: 'Sign in at the console, or send `Authorization: Bearer KEY`; make a key with `sallyport key create`.',
  },
  CONTROL_ADMISSION: {
    status: 429,
    message: 'Too many requests of people who are not signed in.',
    fix: 'Wait as long as it says; `limits.anonymous` in sallyport.yaml is how many there may be.',
  },
  CONTROL_FORBIDDEN: {
    status: 403,
    message: 'This key does not hold the permission that the route needs.',
    fix: 'Use a key that holds it, or make one with `sallyport key create --permission`.',
  },
  CONTROL_INSTALLATION: {
    status: 403,
    message: 'It belongs to the tenant that operates this installation.',
    fix: 'Ask its operator.',
  },
  CONTROL_NOT_FRESH: {
    status: 403,
    message: 'This needs your password once more.',
    fix: 'Enter it when the console asks, or POST it to /api/session/proof; it counts for ten minutes.',
  },
  CONTROL_OPERATOR_ONLY: {
    status: 403,
    message: 'This is done on the machine itself only.',
    fix: 'Run the command where the data folder is.',
  },
  CONTROL_HOST_REFUSED: {
    status: 421,
    message: 'The Host of this request is not one that this server answers to.',
    fix: 'Use localhost, or set publicUrl in sallyport.yaml to the address that you use.',
  },
  CONTROL_ORIGIN_REFUSED: {
    status: 403,
    message: 'A page of another site may not call this server.',
    fix: 'Open the console at its own address, or call the API without a browser.',
  },
  CONTROL_NOT_FOUND: { status: 404, message: 'There is no such route.', fix: 'GET /api/openapi.json lists every route.' },
  CONTROL_BAD_REQUEST: { status: 400, message: 'The request is not what this route takes.', fix: 'GET /api/openapi.json describes it.' },
  CONTROL_BODY_TOO_LARGE: { status: 413, message: 'The body of the request is too large.', fix: 'Send less at once.' },
  CONTROL_MEDIA_TYPE: { status: 415, message: 'The body must be JSON.', fix: 'Send `Content-Type: application/json`.' },
  CONTROL_TENANT_UNKNOWN: { status: 404, message: 'There is no such tenant.', fix: 'Check the name after --tenant.' },
  CONTROL_INTERNAL: {
    status: 500,
    message: 'Something went wrong inside Sallyport.',
    fix: 'The log of the server says what, under the same code.',
  },
  CONTROL_SOCKET_FOLDER_OPEN: {
    status: 500,
    message: 'The data folder can be entered by other users of this machine.',
    fix: 'Run chmod 700 on it: whoever reaches its socket is the operator.',
  },
  CONTROL_SOCKET_TAKEN: {
    status: 500,
    message: 'Another server already answers on the socket of this data folder.',
    fix: 'Stop it, or use another folder with --data.',
  },
  CONTROL_PORT_TAKEN: {
    status: 500,
    message: 'The console port is taken.',
    fix: 'Stop what listens there, or choose another with --console-port.',
  },
  CONTROL_PLAIN_ADDRESS: {
    status: 500,
    message: 'The console would listen on an address that others reach, without TLS: keys would cross the network readable.',
    fix: 'Set tls in sallyport.yaml, or say explicitly that something in front of it ends TLS.',
  },
  CONTROL_REPLY_UNREADABLE: {
    status: 502,
    message: 'The server did not answer with JSON.',
    fix: 'Check that client and server are of the same version.',
  },
  CONTROL_SOCKET_PATH: {
    status: 500,
    message: 'The path of the data folder is too long for a socket.',
    fix: 'Use a folder with a shorter path.',
  },
} satisfies ErrorCatalogue;

export const fail: (
  code: keyof typeof ERRORS,
  options?: { detail?: string; say?: string; cause?: unknown },
) => AppError<keyof typeof ERRORS> = errors(ERRORS);
