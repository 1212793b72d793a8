import type { Cases } from '../cases.ts';

export const cases: Cases = {
  hits: [
    {
      rule: 'active_content.script',
      text: 'Hi <script src="//x.example/a.js"></script>',
      point: 'response',
      found: '<script src="//x.example/a.js">',
    },
    { rule: 'active_content.event-handler', text: '<img src=x onerror=alert(1)>', point: 'response' },
    { rule: 'active_content.event-handler', text: '<svg/onload=alert(1)>', point: 'response' },
    { rule: 'active_content.script-url', text: '[go](javascript:alert(1))', point: 'response' },
    { rule: 'active_content.html-url', text: '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>', point: 'response' },
    { rule: 'active_content.frame', text: '<iframe srcdoc="x"></iframe>', point: 'response' },
    { rule: 'active_content.redirect', text: '<meta http-equiv="refresh" content="0;url=//x.example">', point: 'response' },
    { rule: 'active_content.form', text: '<form action="https://x.example/login"><input name=p></form>', point: 'response' },
    { rule: 'active_content.terminal-escape', text: 'ok \u001b]52;c;Y3VybA==\u0007 done \u001b[2J', point: 'response' },
  ],
  misses: [
    { rule: 'active_content.script', text: 'The <scripture> of a < b', point: 'response' },
    { rule: 'active_content.event-handler', text: '<b>on time = good</b>, onerror=1', point: 'response' },
    { rule: 'active_content.script-url', text: 'JavaScript: the good parts', point: 'response' },
    { rule: 'active_content.html-url', text: 'data:text/plain;base64,SGk=', point: 'response' },
    { rule: 'active_content.frame', text: 'an <iframes> list', point: 'response' },
    { rule: 'active_content.redirect', text: '<meta charset="utf-8">', point: 'response' },
    { rule: 'active_content.form', text: 'fill in the form <b>now</b>', point: 'response' },
    { rule: 'active_content.terminal-escape', text: 'press ESC [2J', point: 'response' },
  ],
};
