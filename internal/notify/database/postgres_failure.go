package database

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// uncompiled words why a query was not understood: that speaks of its own text alone.
func uncompiled(ctx context.Context, err error) error {
	var refused *pgconn.PgError
	if ctx.Err() == nil && errors.As(err, &refused) {
		return &RefusedError{"query", fmt.Sprintf("%s (SQLSTATE %s)", refused.Message, refused.Code)}
	}
	return postgresFailure(ctx, err)
}

// postgresFailure words what went wrong, without what PostgreSQL may quote of a row.
func postgresFailure(ctx context.Context, err error) error {
	var (
		failure *pgconn.PgError
		long    *pgproto3.ExceededMaxBodyLenErr
	)
	switch {
	case ctx.Err() != nil:
		return late(ctx)
	case errors.As(err, &long):
		return ErrTooLong
	case !errors.As(err, &failure):
		return errors.New("the connection to the database broke off")
	case failure.Code == "42501", failure.Code == "25006": // insufficient_privilege, read_only_sql_transaction
		return &RefusedError{"query", failure.Message + " (SQLSTATE " + failure.Code + ")"}
	case quotesNothing(failure.Code):
		return fmt.Errorf("%s (SQLSTATE %s)", failure.Message, failure.Code)
	}
	return unreadable("the SQLSTATE " + failure.Code)
}

// quotesNothing reports whether the messages of an error's class are about the server,
// never about a row (PostgreSQL, appendix A: error codes).
func quotesNothing(state string) bool {
	switch state[:min(2, len(state))] {
	case "08", "25", "28", "3D", "40", "53", "55", "57", "58":
		return true
	}
	return false
}

// unconnected words why there is no connection. A malformed URL may have a part of its
// password where the host belongs, so no host is named.
func unconnected(err error) string {
	var (
		failure  *pgconn.PgError
		unknown  *net.DNSError
		dial     *net.OpError
		untrue   *tls.CertificateVerificationError
		deadline = errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err)
	)
	switch {
	case errors.As(err, &failure) && quotesNothing(failure.Code):
		return fmt.Sprintf("%s (SQLSTATE %s)", failure.Message, failure.Code)
	case errors.As(err, &unknown):
		return "there is no such host"
	case errors.As(err, &untrue):
		return "the server does not prove that it is the one that is meant: " + untrue.Err.Error()
	case deadline:
		return "it does not answer"
	case errors.As(err, &dial):
		return dial.Err.Error()
	}
	return "the server does not answer as it should, or refuses encryption or our way to prove who we are"
}
