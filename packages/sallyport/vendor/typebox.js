export { Type } from 'typebox';
export { Compile } from 'typebox/compile';
export { Settings } from 'typebox/system';
