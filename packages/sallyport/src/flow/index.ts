export { toolEffect, type Effect } from './effect.ts';
