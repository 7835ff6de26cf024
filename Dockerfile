# Suyuan as it stands in this folder. What is kept is in /data.
FROM node:22-slim AS pages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:22-slim
WORKDIR /app
ENV NODE_ENV=production DATA_DIR=/data
COPY package.json package-lock.json ./
RUN npm ci --omit=dev && mkdir /data && chown node:node /data
COPY . .
COPY --from=pages /app/dashboards/dist dashboards/dist
USER node
VOLUME /data
EXPOSE 8080 1883
# While InfluxDB is away it is not ready, and goes on taking what devices send.
HEALTHCHECK --interval=10s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--import", "tsx", "main.ts"]
CMD ["serve"]
