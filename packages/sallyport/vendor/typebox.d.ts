export { Type, type Static, type TSchema } from 'typebox';
export { Compile } from 'typebox/compile';
export { Settings } from 'typebox/system';
