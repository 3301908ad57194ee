"""Reads the feeds named on the command line as python3-feedparser does, and prints what a
reader's database would hold of them, as JSON: a list of feeds, each with its entries."""

import json
import sys

import feedparser


def instant(parsed):
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % parsed[:6] if parsed else ""


def entry(e):
    return {
        "id": e.get("id", ""),
        "title": e.get("title", ""),
        "link": e.get("link", ""),
        "published": instant(e.get("published_parsed")),
        "updated": instant(e.get("updated_parsed")),
        "content": bool(e.get("content")),
        "author": e.get("author", ""),
        "categories": sorted(t["term"] for t in e.get("tags", [])),
    }


def feed(name):
    found = feedparser.parse(name, sanitize_html=False, resolve_relative_uris=False)
    if found.bozo:
        sys.exit("%s: %s" % (name, found.bozo_exception))
    selves = [l["href"] for l in found.feed.get("links", []) if l.get("rel") == "self"]
    return {
        "title": found.feed.get("title", ""),
        "link": found.feed.get("link", ""),
        "self": selves[0] if selves else "",
        "language": found.feed.get("language", ""),
        "entries": [entry(e) for e in found.entries],
    }


json.dump([feed(name) for name in sys.argv[1:]], sys.stdout)
