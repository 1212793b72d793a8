/**
 * Run by Node inside of a sandbox that has no way out but a socket: carries connections from a port of the sandbox's own loopback to that
 * socket, where our proxy listens, and starts the program. A text, because it runs where none of our files are.
 * Arguments: port, socket, command, arguments of the command.
 */
export const BRIDGE = `
const net = require('node:net');
const [port, socket, command, ...args] = process.argv.slice(1);
net.createServer((from) => {
  const to = net.connect(socket);
  from.pipe(to).pipe(from);
  const end = () => { from.destroy(); to.destroy(); };
  from.on('error', end); to.on('error', end); from.on('close', end); to.on('close', end);
}).listen(Number(port), '127.0.0.1', () => {
  const child = require('node:child_process').spawn(command, args, { stdio: 'inherit' });
  child.on('error', () => process.exit(127));
  child.on('exit', (code) => process.exit(code === null ? 1 : code));
});
`;
