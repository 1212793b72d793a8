import type { Cases } from '../cases.ts';

// Card numbers are the networks' published test numbers; IBANs are the registry's examples; telephone numbers are from ranges kept for fiction.
export const cases: Cases = {
  hits: [
    {
      rule: 'personal.email',
      text: 'Write to "jane.doe+news@mail.example.co.uk".',
      point: 'prompt',
      found: 'jane.doe+news@mail.example.co.uk',
    },
    { rule: 'personal.email', text: 'mailto:info@example.org?subject=x', point: 'response', found: 'info@example.org' },
    { rule: 'personal.email', text: '｛ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ｝', point: 'prompt', found: 'ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ' },
    { rule: 'personal.phone', text: 'Call +44 20 7946 0958 today', point: 'prompt', found: '+44 20 7946 0958' },
    { rule: 'personal.phone', text: 'Office (212) 555-0182, Friday', point: 'prompt', found: '(212) 555-0182' },
    { rule: 'personal.phone', text: 'my phone number is 2125550182', point: 'prompt', found: '2125550182' },
    { rule: 'personal.phone', text: 'My mobile is 090-1234-5678', point: 'prompt', found: '090-1234-5678' },
    { rule: 'personal.card', text: 'Card 4111 1111 1111 1111, 12/29', point: 'prompt', found: '4111 1111 1111 1111' },
    { rule: 'personal.card', text: 'amex 378282246310005.', point: 'content', found: '378282246310005' },
    { rule: 'personal.iban', text: 'Pay to GB82 WEST 1234 5698 7654 32 please', point: 'prompt', found: 'GB82 WEST 1234 5698 7654 32' },
    { rule: 'personal.iban', text: 'NO9386011117947', point: 'response', found: 'NO9386011117947' },
    { rule: 'personal.ip', text: 'login from 203.0.113.7 failed', point: 'prompt', found: '203.0.113.7' },
    { rule: 'personal.ip', text: 'host 2001:db8::8a2e:370:7334 is up', point: 'prompt', found: '2001:db8::8a2e:370:7334' },
    { rule: 'personal.ssn', text: 'SSN 536-90-4399', point: 'prompt', found: '536-90-4399' },
    { rule: 'personal.placeholder', text: '{"to":"<EMAIL_ADDRESS_1a2b3c4d5e>"}', point: 'tool_call', found: '<EMAIL_ADDRESS_1a2b3c4d5e>' },
  ],
  misses: [
    { rule: 'personal.email', text: 'logo@2x.png, git@github.com:owner/repo and user@localhost', point: 'prompt' },
    { rule: 'personal.phone', text: 'Order 123-456-7890 of 2024-01-15 10:30, ref 2125550182', point: 'prompt' },
    { rule: 'personal.phone', text: 'Call me on 2024-01-15.', point: 'prompt' },
    { rule: 'personal.phone', text: 'My order number is 090-1234-5678.', point: 'prompt' },
    { rule: 'personal.card', text: 'Card 4111 1111 1111 1112 and id 1234567812345678', point: 'prompt' },
    { rule: 'personal.iban', text: 'GB82 WEST 1234 5698 7654 33', point: 'prompt' },
    { rule: 'personal.ip', text: 'version 1.2.3.4, 999.1.1.1, 127.0.0.1, 10:30:45, std::vector', point: 'prompt' },
    { rule: 'personal.ssn', text: '666-12-3456, 078-05-1120, 536904399 and 123-45-67890', point: 'prompt' },
    { rule: 'personal.placeholder', text: '{"html":"<EMAIL_ADDRESS>"}', point: 'tool_call' },
  ],
};
