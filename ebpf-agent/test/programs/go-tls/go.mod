module sonde/go-tls

go 1.24
