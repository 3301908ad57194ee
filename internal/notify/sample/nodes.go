package sample

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// platforms are what nodes run, in percent.
var platforms = []choice{
	{"windows", 48}, {"macos", 18}, {"linux", 18}, {"ios", 8}, {"android", 8},
}

// versions are what nodes report, in percent: 62 of them from 1.58.0 on and before
// 1.66.1, which on Windows makes about three nodes of ten, the share that the
// sample bulletin TS-2026-002 concerns.
var versions = []choice{
	{"1.50.1", 3}, {"1.52.1", 4}, {"1.54.0", 5}, {"1.56.1", 7},
	{"1.58.0", 6}, {"1.58.2", 9}, {"1.60.0", 8}, {"1.60.1", 10}, {"1.62.1", 13}, {"1.64.0", 8}, {"1.66.0", 8},
	{"1.66.1", 6}, {"1.66.4", 4}, {"1.68.1", 5}, {"1.70.0", 4},
}

// unreadables are what nodes report whose version nobody can compare.
var unreadables = []string{"", "custom-build"}

// roles are what people call their machines. The same names recur in all tailnets,
// as they do in life.
var roles = map[string][]string{
	"windows": {"desktop", "laptop", "frontdesk", "till", "office-pc"},
	"macos":   {"laptop", "studio", "macmini"},
	"linux":   {"server", "build", "nas", "gateway"},
	"ios":     {"phone", "tablet"},
	"android": {"phone", "scanner"},
}

// lastExport is the instant up to which nodes were seen: some weeks after the fix
// of TS-2026-002, so that some nodes have it.
var lastExport = time.Date(2026, time.May, 4, 6, 0, 0, 0, time.UTC)

// seenWithin is how long ago the longest unseen node was seen, in minutes.
const seenWithin = 50 * 24 * 60

// usersPerTailnet is the most users that a tailnet's nodes belong to.
const usersPerTailnet = 60

// WriteNodes writes the nodes table. Its rows are in no order: the nodes of a
// tailnet stand anywhere, as in an export of a busy database.
func WriteNodes(w io.Writer, s Size) error {
	if err := s.check(); err != nil {
		return err
	}
	header := []string{"tailnet", "node_id", "node_name", "user_id", "os", "client_version", "last_seen"}
	order := newShuffle(s.Seed, 1, s.Nodes)
	places := newShuffle(s.Seed, 2, s.Tailnets)
	return table(w, header, s.Nodes, func(row int, fields []string) {
		number := order.at(row)
		s.node(number, s.home(number, places), fields)
	})
}

// home is the tailnet of a node. The first nodes go one to each tailnet, so that
// none is empty; the rest crowd into a few.
func (s Size) home(number int, places shuffle) int {
	if number < s.Tailnets {
		return places.at(number)
	}
	d := throw(s.Seed, diceOfPlace, number)
	return places.at(d.skewed(s.Tailnets))
}

func (s Size) node(number, tailnet int, fields []string) {
	d := throw(s.Seed, diceOfNode, number)
	platform := d.pick(platforms)
	version := s.version(&d)
	if number < s.Unreadable {
		platform, version = "windows", unreadables[number%len(unreadables)]
	}
	fields[0] = tailnetID(tailnet)
	fields[1] = "n" + strconv.Itoa(100_000+number)
	fields[2] = s.name(&d, platform, number)
	fields[3] = user(&d, platform, tailnet)
	fields[4] = platform
	fields[5] = version
	fields[6] = lastExport.Add(-time.Duration(d.skewed(seenWithin)) * time.Minute).Format(time.RFC3339)
}

// version is what a node reports; one in four adds the commit it was built from,
// which is the same for all nodes of that version.
func (s Size) version(d *dice) string {
	version := d.pick(versions)
	if d.roll(4) > 0 {
		return version
	}
	build := dice{s.Seed}
	for _, c := range []byte(version) {
		build.state = build.next() ^ uint64(c)
	}
	return version + fmt.Sprintf("-t%07x", build.next()>>36)
}

// name is unique within a tailnet: its first node goes by the bare role, the
// others by the role with their number.
func (s Size) name(d *dice, platform string, number int) string {
	words := roles[platform]
	role := words[d.roll(len(words))]
	if number < s.Tailnets {
		return role
	}
	return role + "-" + strconv.Itoa(number-s.Tailnets+1)
}

// user is who a node belongs to: a few people have most of a tailnet's nodes.
// Half of the Linux machines belong to nobody, as servers do.
func user(d *dice, platform string, tailnet int) string {
	who := d.skewed(usersPerTailnet)
	if platform == "linux" && d.roll(2) == 0 {
		return ""
	}
	return userID(tailnet, who+1)
}
