using Aigc.Standalone;

return await CommandLine.Create().Parse(args).InvokeAsync();
