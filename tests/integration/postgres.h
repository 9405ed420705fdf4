/*
 * A PostgreSQL 15 server of a test program's own: a fresh cluster in a folder of /tmp, reached
 * through a socket there. It is started before the first test, since each test is a process of its
 * own, and gone when the program ends, however it ends. A test gets a database of its own. Durability
 * is off: what is tested is not PostgreSQL.
 *
 * initdb refuses to run as root, so then the server runs as the user postgres of the package.
 */
#ifndef AORTA_TEST_POSTGRES_H
#define AORTA_TEST_POSTGRES_H

/* How to reach this test's database, for PQconnectdb. It is made by the first call in a test, and
 * is that of the test's children too if the test called first. Fails the test if that fails. */
const char *postgres_database(void);

#endif
