import { useState, type ReactNode } from 'react';
import { Choice } from '../ui/parts.tsx';

/** As `public/theme.js` reads it before the first paint. */
const KEY = 'sallyport.theme';

export function ThemeChoice(): ReactNode {
  const [theme, setTheme] = useState(localStorage.getItem(KEY) ?? 'system');
  const choose = (next: string): void => {
    setTheme(next);
    if (next === 'system') {
      localStorage.removeItem(KEY);
      delete document.documentElement.dataset['theme'];
    } else {
      localStorage.setItem(KEY, next);
      document.documentElement.dataset['theme'] = next;
    }
  };
  return (
    <Choice label="Theme" value={theme} onChange={(event) => choose(event.target.value)}>
      <option value="system">As the system</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </Choice>
  );
}
