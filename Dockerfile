# The server alone; PostgreSQL is beside it (docker-compose.yml) or the operator's own.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --release --bin dis

FROM debian:bookworm-slim
# Certificates: for a database that is reached over TLS.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/dis --shell /usr/sbin/nologin dis \
    && install -d -o dis -g dis -m 0750 /var/lib/dis
COPY --from=build /src/target/release/dis /usr/local/bin/dis
USER dis
WORKDIR /var/lib/dis
ENV DIS_DATA_DIR=/var/lib/dis DIS_LISTEN=0.0.0.0:8080
VOLUME /var/lib/dis
EXPOSE 8080
ENTRYPOINT ["dis"]
CMD ["serve"]
