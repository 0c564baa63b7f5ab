using MudBlazor;

namespace Aigc.Application.Studio.Layout;

/// <summary>Studio's colours and type. Fonts are the system's: nothing is fetched from elsewhere.</summary>
internal static class StudioTheme
{
    private static readonly string[] Fonts = ["Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#4f5fe0",
            Secondary = "#0f9d8a",
            Background = "#f5f6fa",
            Surface = "#ffffff",
            AppbarBackground = "#ffffffd9",
            AppbarText = "#1d2233",
            DrawerBackground = "#ffffff",
            TextPrimary = "#1d2233",
            TextSecondary = "#5d6579",
            Success = "#12925f",
            Warning = "#b56a00",
            Error = "#c93545",
            Info = "#2f6fd6",
            LinesDefault = "#e3e6ef",
            Divider = "#e3e6ef",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#8c9bff",
            Secondary = "#3fd0ba",
            Background = "#11141d",
            Surface = "#191d29",
            AppbarBackground = "#141823d9",
            AppbarText = "#e8eaf2",
            DrawerBackground = "#191d29",
            TextPrimary = "#e8eaf2",
            TextSecondary = "#9aa3b8",
            Success = "#46c98c",
            Warning = "#f0ad4e",
            Error = "#f2737f",
            Info = "#74a9ff",
            LinesDefault = "#2b3142",
            Divider = "#2b3142",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "12px", AppbarHeight = "60px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = "0.925rem" },
            H4 = new H4Typography { FontFamily = Fonts, FontSize = "1.6rem", FontWeight = "650", LetterSpacing = "-0.02em" },
            H6 = new H6Typography { FontFamily = Fonts, FontSize = "1.05rem", FontWeight = "600" },
            Button = new ButtonTypography { FontFamily = Fonts, TextTransform = "none", FontWeight = "600", LetterSpacing = "0" },
        },
    };
}
