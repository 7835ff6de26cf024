# What InfluxDB 1.x has to have before Suyuan and Grafana come, each with a user of its own: neither
# may make or drop a database, and Grafana may read only. The image of InfluxDB runs this once, on an
# empty volume, with INFLUX_CMD as its administrator: compose.yaml.

# Days of 1.x for a policy, and shards that go with them: days, shard of what is kept for ever.
kept() {
  if [ -z "$1" ]; then
    echo "DURATION INF REPLICATION 1 SHARD DURATION $2"
    return
  fi
  shard=$(($1 / 8))
  if [ "$shard" -lt 1 ]; then shard=1; fi
  if [ "$shard" -gt 28 ]; then shard=28; fi
  echo "DURATION ${1}d REPLICATION 1 SHARD DURATION ${shard}d"
}

$INFLUX_CMD "CREATE DATABASE \"suyuan\" WITH $(kept '' 52w) NAME \"trails\""
$INFLUX_CMD "CREATE RETENTION POLICY \"readings\" ON \"suyuan\" $(kept "$SUYUAN_READINGS_DAYS" 4w)"
$INFLUX_CMD "CREATE RETENTION POLICY \"minutes\" ON \"suyuan\" $(kept "$SUYUAN_MINUTES_DAYS" 52w)"
$INFLUX_CMD "CREATE USER \"suyuan\" WITH PASSWORD '$SUYUAN_PASSWORD'"
$INFLUX_CMD "GRANT ALL ON \"suyuan\" TO \"suyuan\""
$INFLUX_CMD "CREATE USER \"grafana\" WITH PASSWORD '$SUYUAN_READ_PASSWORD'"
$INFLUX_CMD "GRANT READ ON \"suyuan\" TO \"grafana\""
