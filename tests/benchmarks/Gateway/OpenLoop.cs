using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Aigc.Benchmarks.Measures;

namespace Aigc.Benchmarks.Gateway;

/// <summary>
/// Requests at a fixed rate from a process of its own, whether or not the ones before are answered. Each is measured from when it should have
/// begun: what waits for a slow answer, or for this client, counts as waiting (no coordinated omission). wrk knows no such mode, and on two cores the
/// platform's own HTTP client takes as much of them as the server does: so one thread, one prepared request, and <c>ppoll</c> over kept connections.
/// </summary>
internal static partial class OpenLoop
{
    /// <summary>First word of the child's command line; then address, key, requests a second, and seconds.</summary>
    public const string Word = "edge-load";

    // Connections and code are warm after it.
    private const double WarmUp = 1;

    // More than are ever under way unless the server stands still; then the wait for one counts.
    private const int Connections = 128;

    // After which what is not answered is not going to be.
    private const double Patience = 10;

    private const short Readable = 1;

    /// <summary>Milliseconds at p50 and p99 of one round against a server.</summary>
    public static (double P50, double P99) Measure(EdgeProcess server, double rate, double seconds)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
            [Word, server.Address + EdgeServer.Path, server.Key, rate.ToString("R", CultureInfo.InvariantCulture), seconds.ToString("R", CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        var words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return words is [var p50, var p99, var failed] && int.Parse(failed, CultureInfo.InvariantCulture) == 0
            ? (double.Parse(p50, CultureInfo.InvariantCulture), double.Parse(p99, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"{server.Kind} did not answer every request: {string.Join(' ', words)}");
    }

    /// <summary>The child: one line with p50, p99 and how many failed.</summary>
    public static void Run(string address, string key, double rate, double seconds)
    {
        var uri = new Uri(address);
        var request = Encoding.ASCII.GetBytes($"GET {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\n{(key.Length == 0 ? "" : $"Authorization: Bearer {key}\r\n")}\r\n");
        var connections = Enumerable.Range(0, Connections).Select(_ => new Connection(uri)).ToArray();
        var took = new double[(int)(rate * (seconds + WarmUp))];
        Array.Fill(took, double.PositiveInfinity);
        Drive(connections, request, took, rate);
        var measured = took[(int)(rate * WarmUp)..];
        Console.Write(string.Create(CultureInfo.InvariantCulture,
            $"{Report.Percentile(measured, 0.5):R} {Report.Percentile(measured, 0.99):R} {took.Count(double.IsPositiveInfinity)}"));
    }

    private static void Drive(Connection[] connections, byte[] request, double[] took, double rate)
    {
        var watched = connections.Select(connection => new Watched { File = (int)connection.Socket.Handle, Events = Readable }).ToArray();
        var free = new Stack<Connection>(connections);
        var step = Stopwatch.Frequency / rate;
        var began = Stopwatch.GetTimestamp();
        var deadline = began + (long)((took.Length * step) + (Patience * Stopwatch.Frequency));
        for (int next = 0, answered = 0; answered < took.Length && Stopwatch.GetTimestamp() < deadline;)
        {
            while (next < took.Length && free.Count > 0 && Intended(next) <= Stopwatch.GetTimestamp())
                free.Pop().Send(request, next++);
            Wait(watched, next < took.Length && free.Count > 0 ? Intended(next) : Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 100));
            for (var i = 0; i < watched.Length; i++)
            {
                if (watched[i].Happened == 0 || !connections[i].Receive(out var good))
                    continue;
                if (good)
                    took[connections[i].Number] = Stopwatch.GetElapsedTime(Intended(connections[i].Number)).TotalMilliseconds;
                free.Push(connections[i]);
                answered++;
            }
        }

        long Intended(int number) => began + (long)(number * step);
    }

    private static unsafe void Wait(Watched[] watched, long until)
    {
        var nanoseconds = (nint)Math.Max(0, (until - Stopwatch.GetTimestamp()) * (1_000_000_000.0 / Stopwatch.Frequency));
        var timeout = (Seconds: nanoseconds / 1_000_000_000, Nanoseconds: nanoseconds % 1_000_000_000);
        fixed (Watched* first = watched)
            _ = Poll(first, (nuint)watched.Length, &timeout, null);
    }

    [LibraryImport("libc", EntryPoint = "ppoll")]
    private static unsafe partial int Poll(Watched* watched, nuint count, (nint Seconds, nint Nanoseconds)* timeout, void* signals);

    /// <summary>C's <c>pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int File;
        public short Events;
        public short Happened;
    }

    /// <summary>A kept connection with at most one request under way.</summary>
    private sealed class Connection
    {
        private readonly byte[] _answer = new byte[16 * 1024];
        private int _length;

        public Connection(Uri server)
        {
            Socket.Connect(new DnsEndPoint(server.Host, server.Port));
            Socket.Blocking = false;
        }

        public Socket Socket { get; } = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        /// <summary>Which request is under way.</summary>
        public int Number { get; private set; }

        public void Send(byte[] request, int number)
        {
            (Number, _length) = (number, 0);
            if (Socket.Send(request) != request.Length)
                throw new InvalidOperationException("A request did not fit into the socket at once.");
        }

        /// <summary>Whether the answer is whole now, and one of 2xx.</summary>
        public bool Receive(out bool good)
        {
            var read = Socket.Receive(_answer.AsSpan(_length), SocketFlags.None, out var error);
            _length += read;
            good = _answer.AsSpan(0, _length).StartsWith("HTTP/1.1 2"u8);
            return error switch
            {
                SocketError.WouldBlock => false,
                SocketError.Success when read > 0 => IsWhole(_answer.AsSpan(0, _length)),
                _ => throw new InvalidOperationException($"The server closed a connection: {error}."),
            };
        }

        // The trivial service names the length of its answer; what comes through a proxy keeps that name.
        private static bool IsWhole(ReadOnlySpan<byte> answer)
        {
            if (answer.IndexOf("\r\n\r\n"u8) is not (>= 0 and var end))
                return false;
            var length = answer[(answer.IndexOf("Content-Length: "u8) + "Content-Length: ".Length)..];
            return answer.Length >= end + 4 + int.Parse(length[..length.IndexOf((byte)'\r')], CultureInfo.InvariantCulture);
        }
    }
}
