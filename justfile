# List the recipes.
default:
    @just --list

# Build, start with a demonstration organization, and print what to open.
demo *ARGS:
    scripts/demo {{ARGS}}

# Run all tests.
test *ARGS:
    scripts/test {{ARGS}}

# Everything that has to hold before a change is merged.
ci:
    .ci/run

# Type-check everything.
check:
    cargo check --workspace --all-targets

# Format the code.
fmt:
    cargo fmt --all

# Lint as the CI does.
lint:
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# Serve from the data directory var/dev.
serve *ARGS:
    cargo run --package server -- serve --data-dir var/dev {{ARGS}}

# Bring the database of var/dev, or DATABASE_OWNER_URL, up to date.
migrate *ARGS:
    cargo run --package server -- migrate --data-dir var/dev {{ARGS}}

# Begin a new migration.
migration NAME:
    scripts/new-migration {{NAME}}

# Write the OpenAPI document anew.
openapi:
    cargo run --quiet --package server -- openapi > api-spec/openapi.json

# Write docs/schema.sql anew.
schema:
    UPDATE_SCHEMA=1 scripts/test --package acceptance the_committed_schema

# Write docs/permissions.md anew.
permissions:
    UPDATE_PERMISSIONS=1 scripts/test --package tenancy the_page_of_permissions

# Check the API from outside: a linter on its document, made-up requests, and clients in three languages.
clients *PARTS:
    scripts/clients {{PARTS}}

# Measure, beside a yardstick from the same run.
bench *ARGS:
    cargo run --release --package server -- bench {{ARGS}}

# Try all measurements out with little, and see that each figure is there.
bench-small:
    scripts/test --package server --test bench -- --ignored

# Kill the program again and again while people write and while it imports, and count afterwards.
soak *KILLS:
    scripts/soak {{KILLS}}

# Feed what reads addresses and files with what a fuzzer makes up: all targets, or one for so many seconds.
fuzz *ARGS:
    scripts/fuzz {{ARGS}}
