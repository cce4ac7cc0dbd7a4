DROP TABLE role_permissions;
DROP TABLE roles;
DROP TABLE organizations;
DROP TABLE permissions;
