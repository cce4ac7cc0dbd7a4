//! The reading of statements, tried on good ones and bad ones.

use std::collections::BTreeSet;

use super::sql::untied;

fn findings(sql: &str) -> Vec<String> {
    let tables = BTreeSet::from(["memberships", "roles", "teams"]);
    untied(sql, &tables)
        .into_iter()
        .map(|finding| finding.text)
        .collect()
}

#[test]
fn statements_that_name_the_organization_are_good() {
    for sql in [
        "SELECT id FROM roles WHERE organization_id = $1 AND id = $2",
        "SELECT r.id FROM roles r WHERE r.id = $2 AND (r.organization_id = $1::uuid) FOR UPDATE",
        r#"SELECT "roles"."id" FROM "roles" WHERE "roles"."organization_id" = $1 LIMIT $2"#,
        "SELECT 1 FROM memberships m JOIN roles r ON r.organization_id = m.organization_id AND r.id = m.role_id \
         WHERE m.organization_id = $1",
        "SELECT 1 FROM memberships m LEFT JOIN roles r ON r.organization_id = $1 WHERE m.organization_id = $1",
        "SELECT EXISTS (SELECT FROM teams t WHERE t.organization_id = $1) AS taken",
        "SELECT 1 FROM roles r WHERE r.organization_id = $1 \
         AND EXISTS (SELECT FROM memberships m WHERE m.organization_id = r.organization_id)",
        "SELECT * FROM (SELECT id FROM roles WHERE organization_id = $1) r, users u",
        "WITH gone AS (DELETE FROM teams WHERE organization_id = $1 RETURNING id) SELECT id FROM gone",
        "UPDATE roles SET organization_id = $1, name = $2 WHERE organization_id = $9 AND id = $3",
        "UPDATE teams t SET name = r.name FROM roles r WHERE t.organization_id = $1 AND r.organization_id = t.organization_id",
        "DELETE FROM teams WHERE organization_id = $1",
        "INSERT INTO teams (organization_id, id) VALUES ($1, $2), ($3, $4) \
         ON CONFLICT (organization_id, name) WHERE deleted_at IS NULL DO NOTHING",
        "INSERT INTO teams (id, organization_id) SELECT id, $1 FROM unnest($2::uuid[]) AS id",
        "INSERT INTO teams (organization_id) SELECT r.organization_id FROM roles r WHERE r.organization_id = $1",
        "SELECT id FROM roles WHERE organization_id = $1 FOR NO KEY UPDATE",
        "SELECT id FROM roles WHERE organization_id = $1 FOR KEY SHARE SKIP LOCKED",
        // What is written in sets.
        "INSERT INTO teams (organization_id, id, name) SELECT $1, x.* FROM unnest($2::uuid[], $3::text[]) AS x (id, name) \
         ON CONFLICT (organization_id, name) WHERE deleted_at IS NULL DO UPDATE SET name = EXCLUDED.name RETURNING id",
        "INSERT INTO teams (organization_id, id) SELECT $1, x.id FROM jsonb_to_recordset($2) AS x (id uuid, name text) \
         ON CONFLICT (organization_id, id) DO NOTHING",
        "WITH given AS (SELECT * FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS x (id, name, place)), \
         made AS (INSERT INTO teams (organization_id, id) SELECT $1::uuid, g.id FROM given g ON CONFLICT DO NOTHING RETURNING id), \
         changed AS (UPDATE roles r SET name = g.name FROM given g WHERE r.organization_id = $1 AND r.id = g.id RETURNING r.id) \
         SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM changed)",
        "DELETE FROM teams t USING unnest($2::uuid[]) AS x (id) WHERE t.organization_id = $1 AND t.id = x.id",
        "SELECT 1 FROM jsonb_to_recordset($2) AS x (id uuid) CROSS JOIN LATERAL \
         (SELECT t.id FROM teams t WHERE t.organization_id = $1 AND t.id = x.id LIMIT 1) AS y",
        // The bound value stands in each row of a sub-query.
        "SELECT y.id FROM (SELECT DISTINCT $1::uuid AS organization_id, n.id FROM unnest($2::uuid[]) AS n (id)) AS x \
         CROSS JOIN LATERAL (SELECT t.id FROM teams t WHERE t.organization_id = x.organization_id AND t.id = x.id OFFSET 0) AS y",
        "SELECT r.id FROM Roles r WHERE r.Organization_Id = $1 FOR UPDATE SKIP LOCKED",
        "SELECT find_slug($1, $2)",
        "SELECT id FROM users WHERE id = $1",
    ] {
        assert_eq!(findings(sql), Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn a_statement_that_does_not_name_the_organization_is_found() {
    for sql in [
        // Nothing, a literal, a setting, another column, several, not certainly.
        "SELECT id FROM roles WHERE id = $1",
        "SELECT id FROM roles",
        "SELECT id FROM roles WHERE organization_id = '01970000-0000-7000-8000-000000000001'",
        "SELECT id FROM roles WHERE organization_id = canvass_tenant()",
        "SELECT id FROM roles WHERE organization_id = id",
        "SELECT id FROM roles WHERE organization_id <> $1",
        "SELECT id FROM roles WHERE organization_id = ANY ($1)",
        "SELECT id FROM roles WHERE organization_id = $1 OR id = $2",
        "SELECT id FROM roles WHERE NOT (organization_id = $1)",
        "SELECT id FROM roles HAVING organization_id = $1",
        // Joins.
        "SELECT 1 FROM memberships m JOIN roles r ON r.id = m.role_id WHERE m.organization_id = $1",
        "SELECT 1 FROM memberships m JOIN roles r ON r.organization_id = m.organization_id",
        "SELECT 1 FROM memberships m JOIN roles r USING (organization_id) WHERE m.organization_id = $1",
        "SELECT 1 FROM memberships m, roles r WHERE m.organization_id = $1",
        // Not a bound value in each row of a sub-query.
        "SELECT 1 FROM (SELECT n.organization_id FROM unnest($2::uuid[]) AS n (organization_id)) AS x \
         JOIN roles r ON r.organization_id = x.organization_id",
        "SELECT 1 FROM (SELECT $1::uuid AS organization_id, n.o FROM unnest($2::uuid[]) AS n (o)) AS x (a, organization_id) \
         JOIN roles r ON r.organization_id = x.organization_id",
        "SELECT 1 FROM (SELECT $1::uuid AS id) AS x JOIN roles r ON r.organization_id = x.organization_id",
        "SELECT 1 FROM (SELECT $1::uuid AS organization_id UNION SELECT $2) AS x \
         JOIN roles r ON r.organization_id = x.organization_id",
        "SELECT 1 FROM memberships m, roles r WHERE organization_id = $1 AND m.organization_id = $1",
        "SELECT 1 FROM memberships m LEFT JOIN roles r ON r.organization_id = $1 AND m.organization_id = $1",
        "SELECT 1 FROM memberships m RIGHT JOIN roles r ON r.organization_id = $1 WHERE m.organization_id = $1",
        "SELECT 1 FROM users u JOIN LATERAL (SELECT FROM roles r WHERE r.id = u.id) x ON true",
        "SELECT 1 FROM (memberships m JOIN roles r ON r.id = m.role_id) WHERE m.organization_id = $1",
        // Sub-selects, where an inner name hides the outer one.
        "SELECT 1 FROM memberships m WHERE m.organization_id = $1 AND EXISTS (SELECT FROM roles r WHERE r.id = m.role_id)",
        "SELECT 1 FROM roles m WHERE m.organization_id = $1 AND EXISTS (SELECT FROM roles m WHERE m.id = $2)",
        "SELECT (SELECT count(*) FROM teams) FROM roles r WHERE r.organization_id = $1",
        "SELECT 1 FROM users WHERE id IN (SELECT user_id FROM memberships)",
        "SELECT id FROM roles WHERE organization_id = $1 UNION SELECT id FROM teams",
        "WITH some AS (SELECT id FROM teams) SELECT id FROM some",
        "WITH one AS (SELECT $1 AS organization_id) SELECT 1 FROM roles r, one WHERE r.organization_id = one.organization_id",
        // Changes.
        "UPDATE roles SET name = $2 WHERE id = $1",
        "UPDATE roles SET organization_id = $1",
        "UPDATE teams t SET name = r.name FROM roles r WHERE t.organization_id = $1 AND r.id = t.id",
        "DELETE FROM teams",
        "DELETE FROM teams t USING roles r WHERE t.organization_id = $1 AND r.id = t.id",
        "WITH gone AS (DELETE FROM teams WHERE id = $1 RETURNING id) SELECT id FROM gone",
        "INSERT INTO teams (id) VALUES ($1)",
        "INSERT INTO teams VALUES ($1, $2)",
        "INSERT INTO teams DEFAULT VALUES",
        "INSERT INTO teams (organization_id, id) VALUES ($1, $2), ('01970000-0000-7000-8000-000000000001', $3)",
        "INSERT INTO teams (organization_id, id) VALUES (canvass_tenant(), $2)",
        "INSERT INTO teams (organization_id, id) SELECT x.organization_id, $2 FROM unnest($1::uuid[]) AS x (organization_id)",
        "INSERT INTO users (id) SELECT user_id FROM memberships",
        // Sets.
        "INSERT INTO teams (id, organization_id) SELECT x.*, $1 FROM unnest($2::uuid[]) AS x (id)",
        "INSERT INTO teams (organization_id, id) SELECT x.* FROM jsonb_to_recordset($1) AS x (organization_id uuid, id uuid)",
        "WITH given AS (SELECT * FROM unnest($1::uuid[]) AS x (id)), \
         made AS (INSERT INTO teams (id) SELECT g.id FROM given g RETURNING id) SELECT id FROM made",
        "WITH given AS (SELECT * FROM unnest($2::uuid[]) AS x (id)) \
         UPDATE teams t SET name = $1 FROM given g WHERE t.id = g.id",
        "DELETE FROM teams t USING unnest($2::uuid[]) AS x (id) WHERE t.id = x.id",
        "INSERT INTO teams (organization_id, id) VALUES ($1, $2) \
         ON CONFLICT (organization_id, id) DO UPDATE SET name = (SELECT r.name FROM roles r WHERE r.id = $3)",
        "MERGE INTO teams t USING roles r ON t.id = r.id WHEN MATCHED THEN DELETE",
        "SELECT id FROM Public.ROLES",
        // Places where there is no condition to look at, and SQL that is none.
        "TRUNCATE teams",
        "TABLE teams",
        "COPY teams TO STDOUT",
        "SELEC id FROM teams",
    ] {
        assert_ne!(findings(sql), Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn two_values_for_one_organization_are_found() {
    for sql in [
        "SELECT 1 FROM memberships m, roles r WHERE m.organization_id = $1 AND r.organization_id = $2",
        "INSERT INTO teams (organization_id) SELECT $2 FROM roles r WHERE r.organization_id = $1",
        "SELECT 1 FROM (SELECT $2::uuid AS organization_id) AS x JOIN roles r ON r.organization_id = x.organization_id \
         JOIN teams t ON t.id = r.id WHERE t.organization_id = $1",
    ] {
        assert_eq!(
            findings(sql),
            [r#"different values stand for the organization: {"$1", "$2"}"#],
            "{sql}"
        );
    }
}
