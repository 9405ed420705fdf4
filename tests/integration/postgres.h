/*
 * A PostgreSQL 15 server of a test's own: a fresh cluster in a folder, reached through a socket in
 * that folder, gone when the test ends. Durability is off: what is tested is not PostgreSQL.
 *
 *     const char *conninfo = postgres_start(test_folder());
 *     PGconn *conn = PQconnectdb(conninfo);
 *
 * initdb refuses to run as root, so then the cluster runs as the user postgres of the package.
 */
#ifndef AORTA_TEST_POSTGRES_H
#define AORTA_TEST_POSTGRES_H

/* Makes and starts a server, once a process; fails the test if it does not come up. The server is
 * stopped at exit, by its pid. */
const char *postgres_start(const char *folder);

#endif
