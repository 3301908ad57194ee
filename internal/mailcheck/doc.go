// Package mailcheck holds no code: its tests write letters of every shape, send them
// through a Postfix of their own, and let the programs of others judge what lies in the
// mailbox then, as the mail servers and mail programs of customers will: Python's email,
// ripMIME, postal-mime and SpamAssassin.
//
// Those programs are installed by .ci/prepare.
package mailcheck
