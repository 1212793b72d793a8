export { PACKAGE_CHECKS } from './checks.ts';
export { Advisories } from './advisory.ts';
export { ECOSYSTEMS, type Ecosystem, type JudgePackage } from './dependency.ts';
export { judged, namesFunctions, packageFindings, readInventory, wantedBy } from './scanner.ts';
export { sbomOf } from './sbom.ts';
