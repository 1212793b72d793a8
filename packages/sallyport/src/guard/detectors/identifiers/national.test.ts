import assert from 'node:assert/strict';
import { test } from 'node:test';
import { icao, luhn, mod11_10, mod97, verhoeff } from './checksum.ts';
import * as national from './national.ts';

/** Right values: samples of the issuers, or computed by their rule; and one with a wrong check digit or in a range that is not given out. */
const VECTORS: readonly (readonly [check: (value: string) => boolean, right: readonly string[], wrong: readonly string[]])[] = [
  [luhn, ['79927398713', '4111111111111111'], ['79927398714']],
  [verhoeff, ['2363'], ['2364', '3263']],
  [mod11_10, ['136695976', '86095742719'], ['136695977']],
  [mod97, ['GB82WEST12345698765432'], ['GB83WEST12345698765432']],
  [national.aba, ['021000021', '121000358'], ['021000022', '500000005']],
  [national.abn, ['51824753556'], ['51824753557']],
  [national.acn, ['004085616', '000000180'], ['004085617']],
  [national.medicareAu, ['2123456701'], ['1123456701', '2123456801']],
  [national.tfn, ['123456782', '876543210'], ['123456783']],
  [national.sin, ['130692544'], ['130692545', '046454286']],
  [national.bsnr, ['711234567'], ['041234567']],
  [national.lanr, ['987654401'], ['987654501']],
  [national.taxIdDe, ['86095742719'], ['86095742718', '02345678903']],
  [national.socialSecurityDe, ['15070649C103'], ['15070649C104', '15320649C103']],
  [national.healthInsuranceDe, ['A123456780'], ['A123456789']],
  [national.documentDe, ['L01X00T471', 'C01X00T478'], ['L01X00T472']],
  [national.drivingLicenceDe, ['B072RRE2I55'], ['B072RRE2I65']],
  [national.nif, ['12345678Z', 'X9613851N'], ['12345678A']],
  [national.hetu, ['131052-308T', '010594Y9021'], ['131052-308U', '012245A110G']],
  [national.aadhaar, ['399876543211'], ['399876543212', '199876543211']],
  [national.gstin, ['27AAPFU0939F1ZV'], ['27AAPFU0939F1ZW']],
  [national.fiscalCode, ['RSSMRA85T10A562S'], ['RSSMRA85T10A562T']],
  [national.brn, ['1048656659', '1048213138'], ['1048656658']],
  [national.rrn, ['0509122000019'], ['0509122000018']],
  [national.frn, ['9111245678906'], ['9111245678907']],
  [national.dea, ['BB1388568', 'AA1234563'], ['BB1388569']],
  [national.npi, ['1234567893', '1245319599'], ['1234567894', '9234567893']],
  [national.pesel, ['44051401359'], ['44051401459']],
  [national.personnummer, ['198712202384', '8712202384'], ['198712202385', '198713202384']],
  [national.organisationsnummer, ['5567037485'], ['5567037486', '5507037485']],
  [national.nric, ['S2740116C', 'T7572225C'], ['S2740116D']],
  [national.uen, ['T16RF0037C', '53125226D'], ['T16RF0037D', '53125226E']],
  [national.tnin, ['1234567890121'], ['1234567890122', '1974567890124']],
  [national.tckn, ['10000000146'], ['10000000147', '11798724308']],
  [national.nhs, ['4010232137', '2213951837'], ['4010232138']],
  [national.zaId, ['8001015009087'], ['8001015009086', '8013015009087']],
  [
    national.bitcoin,
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb'],
  ],
];

for (const [check, right, wrong] of VECTORS) {
  test(check.name, () => {
    for (const value of right) assert.ok(check(value), value);
    for (const value of wrong) assert.ok(!check(value), value);
  });
}

test('check digits of travel documents: the sample of ICAO 9303-3, appendix A', () => {
  assert.equal(icao('520727'), 3);
});
