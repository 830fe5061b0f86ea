# syntax=docker/dockerfile:1
# The program in an image of its own. No engine was at hand where this was written: it was never built.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The build script sets up what is missing (the WebAssembly target), builds the dashboard and the server around it.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo xtask build && install -D target/release/amaas /out/amaas

FROM debian:bookworm-slim
# Certificates for PostgreSQL and S3 over TLS; nothing else is needed.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin amaas \
    && install -d -o amaas -g amaas -m 0700 /data
COPY --from=build /out/amaas /usr/local/bin/amaas
USER 10001
WORKDIR /data
VOLUME /data
ENV AMAAS__SERVER__DATA_DIR=/data \
    AMAAS__SERVER__LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["amaas"]
CMD ["serve"]
