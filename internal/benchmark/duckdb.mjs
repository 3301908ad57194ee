// What a plan reads and matches, as DuckDB does it: `node duckdb.mjs SITE query` asks for
// the sums alone; `node duckdb.mjs SITE checks` also makes the checks without which no
// letter may go, and keeps each tailnet's nodes.
import { DuckDBInstance } from '@duckdb/node-api';

const [site, work, threads] = process.argv.slice(2);
const database = await DuckDBInstance.create(':memory:', { threads });
const connection = await database.connect();
const rows = async (query) => (await connection.runAndReadAll(query)).getRowsJson();
const table = (name) => `read_csv('${site}/inventory/${name}.csv', all_varchar = true, header = true)`;
const part = (n) => `TRY_CAST(split_part(split_part(client_version, '-', 1), '.', ${n}) AS INT)`;
const version = `(${part(1)} * 1000000 + ${part(2)} * 1000 + ${part(3)})`;
const hit = `os = 'windows' AND ${version} >= 1058000 AND ${version} < 1066001`;

await connection.run('SET preserve_insertion_order = false');
let sums;
if (work === 'query') {
  sums = await rows(`SELECT count(*), sum(n) FROM (SELECT tailnet, any_value(t.owner_email), count(*) AS n
    FROM ${table('nodes')} JOIN ${table('tailnets')} t USING (tailnet) WHERE ${hit} GROUP BY tailnet)`);
} else {
  await connection.run(`CREATE TABLE tailnets AS SELECT * FROM ${table('tailnets')}`);
  await connection.run(`CREATE TABLE nodes AS SELECT * FROM ${table('nodes')}`);
  const [[strangers]] = await rows('SELECT count(*) FROM nodes ANTI JOIN tailnets USING (tailnet)');
  const [[twice]] = await rows('SELECT count(*) - count(DISTINCT node_id) FROM nodes');
  if (strangers !== '0' || twice !== '0') throw new Error(`${strangers} strangers, ${twice} twice`);
  await connection.run(`CREATE TABLE hits AS SELECT tailnet, list(struct_pack(a := node_id, b := node_name, c := user_id,
    d := os, e := client_version, f := last_seen)) AS nodes FROM nodes WHERE ${hit} GROUP BY tailnet`);
  sums = await rows('SELECT count(*), sum(len(nodes)) FROM hits JOIN tailnets USING (tailnet)');
}
console.log(JSON.stringify(sums));
