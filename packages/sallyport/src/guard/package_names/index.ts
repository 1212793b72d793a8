export { judgePackage, type PackageVerdict } from './judge.ts';
export { type Ecosystem } from './ecosystem.ts';
export { PYTHON_MODULES } from './python_modules.ts';
