/**
 * The eight TPC-H tables as we create them in every source: column names and key structure of the specification (TPC-H
 * v3, clause 1.4), strings as `text` so that PostgreSQL and DuckDB declare the same types.
 */
export interface BenchTable {
  readonly name: string;
  /** `name type [NOT NULL]` in SQL both databases read. */
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
  /** Made in PostgreSQL only, where correlated subqueries are run row by row. */
  readonly indexes?: readonly string[];
}

export const TPCH_TABLES: readonly BenchTable[] = [
  {
    name: 'region',
    columns: ['r_regionkey integer NOT NULL', 'r_name text NOT NULL', 'r_comment text'],
    primaryKey: ['r_regionkey'],
  },
  {
    name: 'nation',
    columns: ['n_nationkey integer NOT NULL', 'n_name text NOT NULL', 'n_regionkey integer NOT NULL', 'n_comment text'],
    primaryKey: ['n_nationkey'],
  },
  {
    name: 'supplier',
    columns: [
      's_suppkey integer NOT NULL',
      's_name text NOT NULL',
      's_address text NOT NULL',
      's_nationkey integer NOT NULL',
      's_phone text NOT NULL',
      's_acctbal numeric(15,2) NOT NULL',
      's_comment text NOT NULL',
    ],
    primaryKey: ['s_suppkey'],
  },
  {
    name: 'part',
    columns: [
      'p_partkey integer NOT NULL',
      'p_name text NOT NULL',
      'p_mfgr text NOT NULL',
      'p_brand text NOT NULL',
      'p_type text NOT NULL',
      'p_size integer NOT NULL',
      'p_container text NOT NULL',
      'p_retailprice numeric(15,2) NOT NULL',
      'p_comment text NOT NULL',
    ],
    primaryKey: ['p_partkey'],
  },
  {
    name: 'partsupp',
    columns: [
      'ps_partkey integer NOT NULL',
      'ps_suppkey integer NOT NULL',
      'ps_availqty integer NOT NULL',
      'ps_supplycost numeric(15,2) NOT NULL',
      'ps_comment text NOT NULL',
    ],
    primaryKey: ['ps_partkey', 'ps_suppkey'],
  },
  {
    name: 'customer',
    columns: [
      'c_custkey integer NOT NULL',
      'c_name text NOT NULL',
      'c_address text NOT NULL',
      'c_nationkey integer NOT NULL',
      'c_phone text NOT NULL',
      'c_acctbal numeric(15,2) NOT NULL',
      'c_mktsegment text NOT NULL',
      'c_comment text NOT NULL',
    ],
    primaryKey: ['c_custkey'],
  },
  {
    name: 'orders',
    columns: [
      'o_orderkey bigint NOT NULL',
      'o_custkey integer NOT NULL',
      'o_orderstatus text NOT NULL',
      'o_totalprice numeric(15,2) NOT NULL',
      'o_orderdate date NOT NULL',
      'o_orderpriority text NOT NULL',
      'o_clerk text NOT NULL',
      'o_shippriority integer NOT NULL',
      'o_comment text NOT NULL',
    ],
    primaryKey: ['o_orderkey'],
  },
  {
    name: 'lineitem',
    columns: [
      'l_orderkey bigint NOT NULL',
      'l_partkey integer NOT NULL',
      'l_suppkey integer NOT NULL',
      'l_linenumber integer NOT NULL',
      'l_quantity numeric(15,2) NOT NULL',
      'l_extendedprice numeric(15,2) NOT NULL',
      'l_discount numeric(15,2) NOT NULL',
      'l_tax numeric(15,2) NOT NULL',
      'l_returnflag text NOT NULL',
      'l_linestatus text NOT NULL',
      'l_shipdate date NOT NULL',
      'l_commitdate date NOT NULL',
      'l_receiptdate date NOT NULL',
      'l_shipinstruct text NOT NULL',
      'l_shipmode text NOT NULL',
      'l_comment text NOT NULL',
    ],
    primaryKey: ['l_orderkey', 'l_linenumber'],
    indexes: ['l_partkey, l_suppkey'],
  },
];

/** How the Accio paper groups the tables by size; a split isolates one group on a source of its own. */
export const TPCH_GROUPS = {
  parts: ['part', 'partsupp'],
  orders: ['lineitem', 'orders'],
  customers: ['customer', 'supplier', 'nation', 'region'],
} as const;
