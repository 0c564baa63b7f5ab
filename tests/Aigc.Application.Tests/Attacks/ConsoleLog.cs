using Aigc.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Tests.Attacks;

/// <summary>The log as the console writes it, every level, in each form that is used.</summary>
internal sealed class ConsoleLog : ILoggerProvider, ISupportExternalScope
{
    private readonly Lock _lock = new();
    private readonly ServiceProvider _services;
    private readonly Dictionary<string, (ConsoleFormatter Formatter, StringWriter Written)> _forms;
    private IExternalScopeProvider? _scopes;

    public ConsoleLog()
    {
        // As a host has it: what it writes in unless somebody chooses, and what those choose whose logs a program reads.
        var builder = WebApplication.CreateBuilder();
        builder.AddServiceDefaults();
        builder.Services.Configure<JsonConsoleFormatterOptions>(options => options.IncludeScopes = true);
        _services = builder.Services.BuildServiceProvider();
        Default = _services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName!;
        _forms = _services.GetServices<ConsoleFormatter>().Where(form => form.Name == Default || form.Name == ConsoleFormatterNames.Json).DistinctBy(form => form.Name)
            .ToDictionary(form => form.Name, form => (form, new StringWriter()));
    }

    /// <summary>Name of the form a host writes in unless its operator chooses another.</summary>
    public string Default { get; }

    /// <summary>Names of the forms.</summary>
    public IEnumerable<string> Forms => _forms.Keys;

    /// <summary>All that was written in a form so far.</summary>
    public string In(string form)
    {
        lock (_lock)
        {
            return _forms[form].Written.ToString();
        }
    }

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // It is read after its hosts are gone.
    }

    private sealed class Lines(ConsoleLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var entry = new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter);
            lock (log._lock)
            {
                foreach (var (form, written) in log._forms.Values)
                {
                    form.Write(entry, log._scopes, written);
                }
            }
        }
    }
}
