/* What stands in for DuckDB's command line: it runs the statements that it is given, one an
 * argument, in a database in memory, and prints the rows of each, a line a row, with a
 * vertical bar between columns. It ends with 1 at the first that fails.
 *
 * What is declared here is a part of duckdb.h (DuckDB 1.5), which comes with no package. */
#include <stdint.h>
#include <stdio.h>

typedef uint64_t idx_t;
typedef void *duckdb_database;
typedef void *duckdb_connection;

typedef struct {
	idx_t deprecated_column_count, deprecated_row_count, deprecated_rows_changed;
	void *deprecated_columns;
	char *deprecated_error_message;
	void *internal_data;
} duckdb_result;

enum { DUCKDB_SUCCESS = 0 };

int duckdb_open(const char *path, duckdb_database *database);
int duckdb_connect(duckdb_database database, duckdb_connection *connection);
int duckdb_query(duckdb_connection connection, const char *statement, duckdb_result *result);
const char *duckdb_result_error(duckdb_result *result);
idx_t duckdb_column_count(duckdb_result *result);
idx_t duckdb_row_count(duckdb_result *result);
char *duckdb_value_varchar(duckdb_result *result, idx_t column, idx_t row);
void duckdb_free(void *memory);
void duckdb_destroy_result(duckdb_result *result);

static void print(duckdb_result *result)
{
	for (idx_t row = 0; row < duckdb_row_count(result); row++) {
		for (idx_t column = 0; column < duckdb_column_count(result); column++) {
			char *text = duckdb_value_varchar(result, column, row);
			printf("%s%s", column ? "|" : "", text ? text : "");
			duckdb_free(text);
		}
		putchar('\n');
	}
}

int main(int count, char **arguments)
{
	duckdb_database database;
	duckdb_connection connection;

	if (duckdb_open(NULL, &database) != DUCKDB_SUCCESS || duckdb_connect(database, &connection) != DUCKDB_SUCCESS) {
		fputs("DuckDB does not start\n", stderr);
		return 1;
	}
	for (int i = 1; i < count; i++) {
		duckdb_result result;

		if (duckdb_query(connection, arguments[i], &result) != DUCKDB_SUCCESS) {
			const char *why = duckdb_result_error(&result);
			fprintf(stderr, "%s: %s\n", arguments[i], why ? why : "failed");
			return 1;
		}
		print(&result);
		duckdb_destroy_result(&result);
	}
	return 0;
}
