// Package internal is the map of tocsin's house. It holds no code; house_test.go
// keeps the map true.
//
// Two walks run through the house. Each reads as one straight line:
//
//	Markdown to website:
//	    content/*.md → content → check → publish/site, publish/feed → publish.Writer → public/
//	    (build drives it: many at once, and what did not change not at all)
//
//	bulletin and inventory to letters:
//	    notify/inventory → notify.Survey, which asks affected (is it touched?) and
//	    disclosure (must it be told?) → notify/planning: rows → letters → notify/mailer
//	    (bytes) → notify/ledger (frozen) → notify/send → a mailbox
//
// The packages stand on floors. An import goes to a strictly lower floor. The
// wings publish and notify never import each other, so publishing cannot break
// mailing. A wing's parent is its contract; its children are doors to formats
// and technology: the library behind a door is imported there and nowhere else.
//
//	floor 0  source              file, line, column, excerpt; what is wrong there
//	         version             compare versions, ranges of them (door of x/mod)
//	         identifier          CVE, CWE, GHSA, CVSS, package URLs: syntax and scores
//	         mojibake            text that was encoded twice
//	         history             what git tracks, and what its commits hold
//	         markdown            Markdown to HTML, safely (door of goldmark, bluemonday)
//	         lock                one process at a time (door of flock)
//	         durable             names that survive a power cut
//	         private             refuses files that other users can open
//	         tape                plain values to bytes and back
//	         pagewriter          runs what html/template has escaped, compiled once
//	         hugepages           memory for large tables that are looked up here and there
//	         notify/pace         when the next letter may go, and when a run has to stop; pure
//	         notify/pgtest       tests only: a PostgreSQL server of their own
//	         notify/smtptest     tests only: an SMTP server that fails as it is told
//	floor 1  verdict             three-valued logic, clauses as data, proofs
//	         report              problems as text for people, as JSON for programs
//	floor 2  bulletin            a security notice and what it affects
//	         policy              a policy page and its sentences
//	         tailnet             a customer's network: nodes, users, findings, contact
//	         address             the site's URLs
//	         notify/database     SQLite and PostgreSQL, to keep and to ask (door of their drivers)
//	floor 3  affected            which tailnets a bulletin touches, with evidence; pure
//	         disclosure          must it be disclosed, must a tailnet be told; pure
//	         content             files to values with places (door of frontmatter, YAML)
//	         publish             the files of a site, written whole or not at all
//	         notify/sample       fictional inventories of any size, from a seed
//	         notify/isolation    proves that a letter holds the data of its own tailnet alone
//	         notify/genuine      codes on letters, and the list where anybody looks them up
//	         notify/dkim         signs letters, so that receivers know the sender (door of go-msgauth)
//	floor 4  check               every problem of a site at once
//	         publish/site        bulletins and policies to pages
//	         publish/feed        bulletins to RSS, Atom and JSON Feed (door of gorilla/feeds)
//	         notify              plans and letters: who is told what
//	         notify/inventory    the private tables of tailnets and nodes
//	floor 5  build               the first walk: reads, checks and renders, and remembers
//	         release             what a release, a revision, a withdrawal would change; pure
//	         notify/ledger       the durable record of plans and deliveries (door of S2)
//	         notify/mailer       letters to MIME messages, messages to a mailbox or a relay (door of go-mail)
//	         notify/evidence     reads bounces and relay logs: what became of a letter (door of go-message)
//	         notify/approval     who has signed a plan, and whether that is enough (door of sshsig, x/crypto)
//	floor 6  notify/gallery      a plan's letters as pages that a person reads first
//	         notify/planning     makes a plan: rows to letters, frozen under one digest
//	         notify/send         delivers a plan, survives being killed
//	         serve               the site while it is written, on this machine only (door of fsnotify)
//	floor 7  cli                 one file a command; flags, environment and clock end here
//	         notify/send/booktest  tests only: what a run relies on in a ledger
//	floor 8  browse              tests only: the programs of others judge a built site
//	         mailcheck           tests only: the programs of others judge letters
//	         benchmark           a program of its own: tocsin beside Hugo, on the same bulletins
//
// Beside them: cmd/tocsin rings cli's doorbell; templates holds the pages' and
// letters' templates; content holds the sample organisation.
package internal
