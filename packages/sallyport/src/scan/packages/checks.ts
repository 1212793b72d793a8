import type { CheckDescription } from '../finding.ts';

/** Checks over the packages that a project names. */
export const PACKAGE_CHECKS = [
  {
    id: 'packages.malicious',
    title: 'A package that is known to be an attack',
    why: "Installing it runs the attacker's code on the machine of whoever builds or starts the project.",
    fix: 'Remove it, take the machines where it was installed for compromised, and replace the credentials that they held.',
    severity: 'critical',
    taxonomy: ['CWE-506', 'LLM03:2025', 'ASI04:2026'],
  },
  {
    id: 'packages.near-twin',
    title: 'A package whose name is almost that of a well-known one',
    why: 'Names one slip away from popular packages are registered by attackers and wait for the slip.',
    fix: 'Write the name that is meant; when this package is meant, look at who publishes it and suppress the finding with that reason.',
    severity: 'high',
    taxonomy: ['CWE-1357', 'LLM03:2025', 'ASI04:2026'],
  },
  {
    id: 'packages.invented',
    title: 'A package name that looks made up by a model',
    why: 'Models recommend packages that do not exist, and the same ones again and again; attackers register them ("slopsquatting": Spracklen et al., USENIX Security 2025).',
    fix: 'Check that the package exists, who publishes it and since when, before it is installed.',
    severity: 'medium',
    taxonomy: ['CWE-1357', 'LLM09:2025', 'ASI04:2026'],
  },
  {
    id: 'packages.other-ecosystem',
    title: 'A package that is well known in another ecosystem, not in this one',
    why: 'What has this name here is probably not what is meant, and may have been registered for those who mix them up.',
    fix: 'Use the name that the project has in this ecosystem.',
    severity: 'medium',
    taxonomy: ['CWE-1357', 'LLM03:2025', 'ASI04:2026'],
  },
  {
    id: 'packages.vulnerable',
    title: 'A version with a known vulnerability',
    why: 'The weakness is public, and so is often the attack.',
    fix: 'Update to a version that is not affected.',
    severity: 'high',
    taxonomy: ['CWE-1395', 'LLM03:2025'],
  },
  {
    id: 'packages.missing',
    title: 'A package that the registry does not have',
    why: 'Whoever registers the name decides what everybody installs who builds this project; models invent such names again and again.',
    fix: 'Remove it, or name the package that is meant; when it comes from a registry of your own, write that down under `scan.registries`.',
    severity: 'high',
    taxonomy: ['CWE-1357', 'LLM09:2025', 'ASI04:2026'],
  },
  {
    id: 'packages.undeclared',
    title: 'An import that no manifest declares',
    why: 'It works on the machine where the package happens to be installed; elsewhere somebody installs what has this name.',
    fix: 'Declare the package with a version, or remove the import.',
    severity: 'medium',
    taxonomy: ['CWE-1357', 'LLM03:2025'],
  },
] as const satisfies readonly CheckDescription[];

export type PackageCheckId = (typeof PACKAGE_CHECKS)[number]['id'];
