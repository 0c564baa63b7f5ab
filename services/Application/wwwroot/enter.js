// Where Enter sends, it writes no new line. The server hears of a key too late to say so.
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.target.matches?.('textarea[data-enter=sends]')) {
    event.preventDefault();
  }
});
