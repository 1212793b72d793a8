export { routeTable } from './table.ts';
export { socketAnswers, socketFile } from './socket.ts';
export { readLines, readReply } from './client.ts';
