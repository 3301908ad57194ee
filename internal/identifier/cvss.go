package identifier

import (
	"fmt"
	"slices"
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"
)

// Score is what a CVSS vector says of a vulnerability as such.
type Score struct {
	Version string // of CVSS: 2.0, 3.0, 3.1 or 4.0
	// Base is the score of the base metrics alone, 0.0 to 10.0 in tenths. Where the
	// exact score lies half way between two tenths (4.0: 1 vector in 200), calculators
	// print either; the severity is the same.
	Base     float64
	Severity string // none, low, medium, high or critical, by the bands of the version
}

// standard is one version of CVSS: what begins its vectors, what they must have,
// and how they are read.
type standard struct {
	version string
	header  string
	example string
	base    []string // the metrics that every vector has, in order
	// read returns the base score; what setter returns refuses a metric or value that is none.
	read   func(vector string) (float64, error)
	setter func() func(metric, value string) error
}

// standards are all versions in use, 2.0, which has no header, last.
var standards = [...]standard{{
	version: "4.0", header: "CVSS:4.0/",
	example: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
	base:    base40,
	read:    read40, setter: func() func(string, string) error { return new(gocvss40.CVSS40).Set },
}, {
	version: "3.1", header: "CVSS:3.1/",
	example: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
	base:    base3,
	read:    read31, setter: func() func(string, string) error { return new(gocvss31.CVSS31).Set },
}, {
	version: "3.0", header: "CVSS:3.0/",
	example: "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
	base:    base3,
	read:    read30, setter: func() func(string, string) error { return new(gocvss30.CVSS30).Set },
}, {
	version: "2.0", header: "",
	example: "AV:N/AC:L/Au:N/C:P/I:N/A:N",
	base:    []string{"AV", "AC", "Au", "C", "I", "A"},
	read:    read20, setter: func() func(string, string) error { return new(gocvss20.CVSS20).Set },
}}

var (
	base40 = []string{"AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"}
	base3  = []string{"AV", "AC", "PR", "UI", "S", "C", "I", "A"}
)

// CVSS reads a vector of CVSS 2.0, 3.0, 3.1 or 4.0. Threat, temporal, environmental
// and supplemental metrics may stand in it and do not count: they speak of one
// moment or one reader.
func CVSS(vector string) (Score, error) {
	of, err := standardOf(vector)
	if err != nil {
		return Score{}, err
	}
	base, err := of.read(vector)
	if err != nil {
		return Score{}, wrong(vector, of.fault(vector), of.model())
	}
	return Score{of.version, base, severity(of.version, base)}, nil
}

func standardOf(vector string) (standard, error) {
	newer, oldest := &standards[1], &standards[len(standards)-1]
	switch begin, _, _ := strings.Cut(vector, "/"); {
	case strings.HasPrefix(vector, "AV:") && strings.Contains(vector, "/PR:"):
		return standard{}, wrong(vector, "does not say of which version it is", newer.model())
	case !strings.HasPrefix(vector, "AV:") && !strings.HasPrefix(vector, "CVSS:"):
		return standard{}, wrong(vector, "is no CVSS vector", newer.model())
	case begin == "CVSS:2.0":
		return standard{}, wrong(vector, "has a header, which vectors of 2.0 have not", oldest.model())
	}
	for _, s := range standards[:len(standards)-1] {
		if strings.HasPrefix(vector, s.header) {
			return s, nil
		}
	}
	if strings.HasPrefix(vector, "CVSS:") {
		return standard{}, wrong(vector, "is of no version of CVSS that is known here (2.0, 3.0, 3.1, 4.0)", newer.model())
	}
	return *oldest, nil
}

func (s standard) model() string {
	return fmt.Sprintf("write a vector of CVSS %s as in %s", s.version, s.example)
}

// fault says what is wrong with a vector that cannot be read.
func (s standard) fault(vector string) string {
	var seen []string
	set := s.setter()
	for part := range strings.SplitSeq(vector[len(s.header):], "/") {
		metric, value, _ := strings.Cut(part, ":")
		switch {
		case set(metric, value) != nil:
			return fmt.Sprintf("has %q, which is no metric of CVSS %s with a value of it", part, s.version)
		case slices.Contains(seen, metric):
			return fmt.Sprintf("has the metric %s twice", metric)
		}
		seen = append(seen, metric)
	}
	for _, metric := range s.base {
		if !slices.Contains(seen, metric) {
			return fmt.Sprintf("has no metric %s", metric)
		}
	}
	return "has its metrics in another order than the standard, or not the whole of a group"
}

// severity is the word for a base score: the qualitative rating of the 3.0, 3.1 and
// 4.0 specifications; for 2.0, which has none, the rating of the NVD.
func severity(version string, base float64) string {
	switch {
	case version == "2.0" && base < 4:
		return "low"
	case version == "2.0" && base >= 7:
		return "high"
	case base == 0:
		return "none"
	case base < 4:
		return "low"
	case base < 7:
		return "medium"
	case base < 9:
		return "high"
	}
	return "critical"
}

func read20(vector string) (float64, error) {
	v, err := gocvss20.ParseVector(vector)
	if err != nil {
		return 0, err
	}
	return max(v.BaseScore(), 0), nil // the library rounds some vectors without impact to -0
}

func read30(vector string) (float64, error) {
	v, err := gocvss30.ParseVector(vector)
	if err != nil {
		return 0, err
	}
	return v.BaseScore(), nil
}

func read31(vector string) (float64, error) {
	v, err := gocvss31.ParseVector(vector)
	if err != nil {
		return 0, err
	}
	return v.BaseScore(), nil
}

// read40 scores the base metrics alone: of 4.0 the library only scores a vector whole.
func read40(vector string) (float64, error) {
	v, err := gocvss40.ParseVector(vector)
	if err != nil {
		return 0, err
	}
	var base gocvss40.CVSS40
	for _, metric := range base40 {
		value, err := v.Get(metric)
		if err != nil {
			return 0, err
		}
		if err := base.Set(metric, value); err != nil {
			return 0, err
		}
	}
	return base.Score(), nil
}
