package database

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

// parameters are those that the URL of a database may hold after its question mark,
// beside a password.
var parameters = [...]string{"host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslnegotiation", "channel_binding", "target_session_attrs", "search_path"}

// postgresSnapshot is one connection with one transaction.
type postgresSnapshot struct{ conn *pgconn.PgConn }

// longestGreeting is how long connecting may take.
const longestGreeting = 15 * time.Second

// longestParting is how long parting may take. Tests wait longer: a machine that stalls for as long
// leaves a query behind on the server.
var longestParting = 2 * time.Second

// begin takes the snapshot; from its first query on, a transaction that only reads
// cannot become one that writes. Scans begin at the beginning, so that a row keeps its
// number from one run to the next where nothing has changed. Settings are those of the
// transaction, which a pool between us and the server lets through.
var begin = strings.Join([]string{
	"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	"SET LOCAL client_encoding = 'UTF8'",
	"SET LOCAL TimeZone = 'UTC'",
	"SET LOCAL DateStyle = 'ISO'",
	"SET LOCAL synchronize_seqscans = off",
	"SET LOCAL row_security = off", // a policy that hides rows is an error, not a shorter table
	"SET LOCAL statement_timeout = " + milliseconds(longestQuery),
	"SET LOCAL lock_timeout = " + milliseconds(longestWait),
	"SELECT 1",
}, "; ")

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// OpenPostgres connects to a PostgreSQL database, as it stands now. The URL may lack
// what the environment says (PGPASSWORD, PGPASSFILE and the others of libpq), and its
// password above all. What crosses a network is encrypted, and the server proves who
// it is unless the URL asks for less by sslmode=require. Errors name neither the URL
// nor any part of it.
func OpenPostgres(ctx context.Context, address string) (Snapshot, error) {
	config, err := postgresConfig(address)
	if err != nil {
		return nil, err
	}
	greeting, cancel := context.WithTimeout(ctx, longestGreeting)
	defer cancel()
	conn, err := pgconn.ConnectConfig(greeting, config)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &UnreachableError{unconnected(err)}
	}
	s := &postgresSnapshot{conn: conn}
	if _, err := conn.Exec(ctx, begin).ReadAll(); err != nil {
		return nil, errors.Join(postgresFailure(ctx, err), s.Close())
	}
	return s, nil
}

// postgresConfig reads a URL, which may hold a password: no error quotes it.
func postgresConfig(address string) (*pgconn.Config, error) {
	options := pgconn.ParseConfigOptions{ConnStringAllowedKeys: append(parameters[:], "password")}
	config, err := pgconn.ParseConfigWithOptions(address, options)
	if err == nil && inClear(config) && !strings.Contains(address, "sslmode=") {
		config, err = pgconn.ParseConfigWithOptions(strict(address), options)
	}
	switch {
	case err != nil:
		return nil, &RefusedError{"database", "it is not named as postgres://user@host/database, with no other parameters than " + strings.Join(parameters[:], ", ")}
	case inClear(config):
		return nil, &RefusedError{"database", "customers' data would cross a network unencrypted: sslmode must be verify-full, verify-ca or require"}
	}
	config.MaxProtocolMessageBodyLen = longestRow
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: longestParting}
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "tocsin"
	}
	return config, nil
}

// strict asks for a server that proves who it is.
func strict(address string) string {
	if strings.Contains(address, "?") {
		return address + "&sslmode=verify-full"
	}
	return address + "?sslmode=verify-full"
}

// inClear reports whether any of the attempts to connect would cross a network
// without encryption.
func inClear(config *pgconn.Config) bool {
	clear := func(host string, tls *tls.Config) bool { return tls == nil && !local(host) }
	for _, f := range config.Fallbacks {
		if clear(f.Host, f.TLSConfig) {
			return true
		}
	}
	return clear(config.Host, config.TLSConfig)
}

// local reports whether a host is this machine: a folder of sockets, or its loopback.
func local(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || host == "localhost" || ip != nil && ip.IsLoopback()
}

// Close parts from the server, which ends the transaction.
func (s *postgresSnapshot) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), longestParting)
	defer cancel()
	_ = s.conn.Close(ctx) // nothing was written that could be lost
	return nil
}

// Query asks a query. It runs when its first row is read.
func (s *postgresSnapshot) Query(ctx context.Context, query string, args ...string) (Rows, error) {
	ctx, cancel := context.WithTimeout(ctx, longestQuery)
	statement, err := s.conn.Prepare(ctx, "", query, nil)
	switch {
	case err != nil:
		err = uncompiled(ctx, err)
	case len(statement.Fields) == 0:
		err = &RefusedError{"query", "it asks for no rows: it must be one SELECT"}
	case len(statement.ParamOIDs) != len(args):
		err = &RefusedError{"query", fmt.Sprintf("it has %d parameters such as $1, and %d are given", len(statement.ParamOIDs), len(args))}
	}
	if err != nil {
		defer cancel()
		return nil, err
	}
	r := &postgresRows{ctx: ctx, cancel: cancel, conn: s.conn, ends: make([]int, len(statement.Fields))}
	for _, f := range statement.Fields {
		r.columns, r.kinds = append(r.columns, f.Name), append(r.kinds, f.DataTypeOID)
	}
	for _, arg := range args {
		r.args = append(r.args, []byte(arg))
	}
	return r, nil
}
