//! Amaas: AI models as a service, on your own machine. Upload a CSV, get a prediction API.

pub mod app;
pub mod auth;
pub mod backup;
pub mod check;
pub mod config;
pub mod context;
pub mod dashboard;
pub mod docs;
pub mod error;
pub mod guard;
pub mod headers;
pub mod health;
pub mod http;
pub mod infra;
pub mod jobs;
pub mod keys;
pub mod openapi;
pub mod policy;
pub mod routes;
pub mod secrets;
pub mod serve;

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod datasets;
pub mod endpoints;
pub mod members;
pub mod models;
pub mod operator;
pub mod predictions;
pub mod quotas;
pub mod tenants;
pub mod training;
