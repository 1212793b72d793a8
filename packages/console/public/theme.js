// Before the first paint, so that a chosen theme does not flash. The policy of this page allows no script inside it.
const chosen = localStorage.getItem('sallyport.theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
