"""Run SQL statements with Odoo's interpreter: the standard library has no PostgreSQL client.

Reads ``{"database": …, "statements": [[sql, parameters], …]}`` on standard input and prints
the rows of the last statement that returned some, as JSON.
"""

import json
import sys

import psycopg2


def main():
    request = json.load(sys.stdin)
    connection = psycopg2.connect(dbname=request["database"])
    connection.autocommit = True  # CREATE DATABASE runs in no transaction
    rows = []
    with connection.cursor() as cursor:
        for statement, parameters in request["statements"]:
            cursor.execute(statement, parameters or None)
            if cursor.description:
                rows = cursor.fetchall()
    connection.close()
    json.dump(rows, sys.stdout, default=str)


if __name__ == "__main__":
    try:
        main()
    except psycopg2.Error as error:
        sys.exit(str(error).strip())
