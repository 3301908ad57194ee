// Package browse holds no code: its tests build sample sites, serve them on this machine, and
// let the programs of others judge them, as readers and their browsers will: the W3C's Nu
// checker, html-validate, axe-core and Lighthouse in headless Chromium, with a crawler and
// scales of its own beside them.
//
// Those programs are installed by .ci/prepare, their versions pinned by package-lock.json.
package browse
